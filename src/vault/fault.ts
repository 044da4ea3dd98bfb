import { BrokerError, lockedByPerson, type StateError } from '../protocol/index.ts'

/** Why the vault cannot serve: a code for programs, a sentence that says what is so, and one that says what to do. */
export interface VaultFault {
  readonly code: string
  readonly description: string
  readonly fix: string
}

export const closedFault: VaultFault = {
  code: 'vault_closed',
  description: 'The vault is closed, because TokenTray is about to end.',
  fix: 'Start TokenTray again.',
}

export const personFault: VaultFault = {
  code: lockedByPerson,
  description: 'TokenTray is locked.',
  fix: 'Run `tokentray unlock`, or press Unlock in the tray.',
}

/** The fault as a part of the status. */
export function faultState({ code, description, fix }: VaultFault): StateError {
  return { code, description, fix }
}

/** The fault that an error was made of: an error has only the codes of the protocol, and the status names the fault itself. */
const faults = new WeakMap<BrokerError, VaultFault>()

/** The fault as the answer to a caller; `vault_locked` heals by itself, `vault_unavailable` needs the person. */
export function faultError(code: 'vault_locked' | 'vault_unavailable', fault: VaultFault, cause?: unknown): BrokerError {
  const error = new BrokerError(code, fault.description, { fix: fault.fix, ...(cause === undefined ? {} : { cause }) })
  faults.set(error, fault)
  return error
}

/** A thrown value as a fault of the vault, so that `open` can answer where others throw. */
export function faultOf(error: unknown): VaultFault {
  const fault = error instanceof BrokerError ? faults.get(error) : undefined
  if (fault !== undefined) return fault
  return {
    code: 'vault_failed',
    description: `The vault met an unexpected fault: ${error instanceof Error ? error.message : String(error)}.`,
    fix: 'TokenTray tries again by itself. Report it if it stays.',
  }
}
