import { BrokerError } from './errors.ts'

/** The vault that is meant when none is named. It is always there. */
export const defaultVault = 'default'

/** What a vault may be called: its name becomes that of a folder and of a socket on every platform. */
export const vaultNamePattern = /^[a-z0-9][a-z0-9-]{0,31}$/

export const vaultNameRule = 'A name of a vault has 1 to 32 small letters, digits and dashes, and does not begin with a dash.'

/** The name as it was given. Throws `invalid_request` for one that no vault can have. */
export function checkedVaultName(name: string): string {
  if (vaultNamePattern.test(name)) return name
  throw new BrokerError('invalid_request', `"${name.slice(0, 80)}" cannot be the name of a vault.`, { fix: vaultNameRule })
}
