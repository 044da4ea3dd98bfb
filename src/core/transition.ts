import type { EndCause, GrantState, StateError } from '../protocol/index.ts'
import { assertNever } from './assert-never.ts'

/** The states that an account session itself can be in; `authorizing` is derived from the pending logins. */
export type SessionState = Exclude<GrantState, { kind: 'authorizing' }>

/** What happened to an account. Times are epoch seconds, as in the state. */
export type SessionEvent =
  | { readonly kind: 'granted'; readonly expiresAt: number | undefined }
  | { readonly kind: 'refresh_started'; readonly attempt: number; readonly expiresAt: number | undefined }
  | {
      readonly kind: 'refresh_deferred'
      readonly attempt: number
      readonly retryAt: number
      readonly expiresAt: number | undefined
      readonly error: StateError
    }
  | { readonly kind: 'ended'; readonly error: StateError; readonly cause?: EndCause }
  | { readonly kind: 'unavailable'; readonly error: StateError }
  | { readonly kind: 'signed_out' }

/**
 * The one place that says which state follows. Signed out is left only by a new grant, and so is a grant that has ended:
 * a late answer of an old refresh can neither revive nor damage what came after it.
 */
export function transition(state: SessionState, event: SessionEvent): SessionState {
  const closed = state.kind === 'signed_out' || state.kind === 'reauthorization_required'
  switch (event.kind) {
    case 'granted':
      return { kind: 'active', ...expiry(event.expiresAt) }
    case 'signed_out':
      return { kind: 'signed_out' }
    case 'ended':
      return state.kind === 'signed_out'
        ? state
        : { kind: 'reauthorization_required', error: event.error, ...(event.cause === undefined ? {} : { cause: event.cause }) }
    case 'unavailable':
      return closed ? state : { kind: 'unavailable', error: event.error }
    case 'refresh_started':
      return closed ? state : { kind: 'refreshing', attempt: event.attempt, ...expiry(event.expiresAt) }
    case 'refresh_deferred':
      return closed
        ? state
        : {
            kind: 'backing_off',
            attempt: event.attempt,
            retry_at: event.retryAt,
            error: event.error,
            ...expiry(event.expiresAt),
          }
    default:
      return assertNever(event)
  }
}

/** Whether its grant may be of use to anybody: one that has ended is never sent again. */
export const mayBeSent = ({ kind }: SessionState): boolean => kind !== 'signed_out' && kind !== 'reauthorization_required'

/** Faults that another network may cure: there is none, it swallows everything, or it has a login page of its own. */
const networkFaults: ReadonlySet<string> = new Set(['network', 'timeout', 'not_oauth'])

/** Whether a refresh is tried again for a reason that may be over with the network. A server's own wish is none. */
export const waitsForNetwork = (state: SessionState): boolean =>
  state.kind === 'backing_off' && networkFaults.has(state.error.code)

const expiry = (expiresAt: number | undefined) => (expiresAt === undefined ? {} : { expires_at: expiresAt })
