import { BrokerError, type StateError } from '../protocol/index.ts'
import { assertNever } from './assert-never.ts'
import { toEpochSeconds } from './clock.ts'
import type { Grant } from './grant.ts'
import type { SessionState } from './transition.ts'

export const notLoaded: StateError = { code: 'vault_locked', description: 'The vault is not open yet.' }
export const missing: StateError = { code: 'grant_missing', description: 'The stored login is gone. Sign in again.' }
export const expired: StateError = {
  code: 'expired',
  description: 'The token has expired and cannot be refreshed. Sign in again.',
}

/** While the keys of the server are asked for; nobody is handed the token before. */
export const beingVerified: StateError = { code: 'being_verified', description: 'The identity is being verified.' }

export const bornExpired: StateError = {
  code: 'born_expired',
  description: 'The server answered with a token that has expired already. Is the clock of this computer right?',
}

/** S7 as a state: the grant is kept for the day its own server is configured again. */
export function foreignIssuer(grant: Pick<Grant, 'issuer'>): StateError {
  return {
    code: 'issuer_mismatch',
    description: `This login belongs to ${grant.issuer}, and another server is configured now. It is kept, and not used.`,
  }
}

/** An error of ours as a part of a state. */
export function describeError({ code, message, fix }: BrokerError): StateError {
  return { code, description: message, ...(fix === undefined ? {} : { fix }) }
}

/** The state that a fault of the vault leads to. */
export function stateErrorOf(error: unknown): StateError {
  if (error instanceof BrokerError) return describeError(error)
  return { code: 'vault_unavailable', description: 'The vault met an unexpected fault.' }
}

/** The error that an `unavailable` state is answered with. */
export function errorOf(error: StateError): BrokerError {
  const code = error.code === 'vault_locked' || error.code === 'issuer_mismatch' ? error.code : 'vault_unavailable'
  return new BrokerError(code, error.description, error.fix === undefined ? {} : { fix: error.fix })
}

/** The provider refused a token that cannot be made anew. What is stored stays, because a client may be mistaken. */
export function refusedKey(provider: string): BrokerError {
  return new BrokerError('reauthorization_required', 'The provider refused this key, and a key is not refreshed.', {
    fix: `Look at it with \`tokentray check ${provider} --verbose\`, or put a new one in its place with \`tokentray add\`.`,
  })
}

/** Why a login that was just made is not stored yet (S5). */
export function unstored(state: SessionState): BrokerError {
  if (state.kind === 'unavailable') return errorOf(state.error)
  return new BrokerError('vault_unavailable', 'The sign-in could not be stored. It is kept in memory and tried again.')
}

/** Whether it is the account that cannot give a token, and not the client that may not have one. */
export function isOfAccount(error: unknown): boolean {
  if (!(error instanceof BrokerError)) return false
  return ['reauthorization_required', 'temporarily_unavailable', 'owner_unavailable'].includes(error.code)
}

/** Why a caller gets no token in this state, with the way out. `now` is in milliseconds. */
export function refusal(state: SessionState, provider: string, now: number): BrokerError {
  const fix = `Run \`tokentray login ${provider}\`, or press Sign in in the tray.`
  switch (state.kind) {
    case 'signed_out':
      return new BrokerError('reauthorization_required', 'This account was signed out.', { fix })
    case 'reauthorization_required':
      return new BrokerError('reauthorization_required', state.error.description, { fix })
    case 'unavailable':
      return errorOf(state.error)
    case 'backing_off':
      return new BrokerError('temporarily_unavailable', state.error.description, {
        ...(state.error.fix === undefined ? {} : { fix: state.error.fix }),
        retryAfter: Math.max(1, state.retry_at - toEpochSeconds(now)),
      })
    case 'active':
    case 'refreshing':
      return new BrokerError('temporarily_unavailable', 'No token that satisfies the request could be had in time.', {
        retryAfter: 1,
      })
    default:
      return assertNever(state)
  }
}
