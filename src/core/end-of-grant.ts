import type { EndCause, StateError } from '../protocol/index.ts'
import { assertNever } from './assert-never.ts'
import type { Grant } from './grant.ts'

/** Why a grant ended, in the words of the provider and in ours. */
export interface EndOfGrant {
  readonly cause: EndCause
  readonly error: StateError
}

export interface EndFacts {
  readonly providerName: string
  /** What the server said: an error code and its text. */
  readonly said: StateError
  /** What the code of the server means by itself. */
  readonly cause: EndCause
  /** When an earlier request with this very refresh token left and was never answered. Milliseconds. */
  readonly unansweredSince: number | undefined
  readonly grant: Grant
  readonly now: number
}

/**
 * Names the cause. A server says only that the grant is not valid; what the journal and the grant itself know decides. An earlier
 * request without an answer explains a used refresh token better than another program does, because nobody else has it.
 */
export function endOfGrant(facts: EndFacts): EndOfGrant {
  const cause = causeOf(facts)
  const { providerName: name, said } = facts
  return {
    cause,
    error: {
      code: said.code,
      description: `${name} has ended this login: ${sentence(cause, facts.unansweredSince)} (${said.code}: ${said.description}).`,
      fix: cause === 'used_elsewhere' ? 'Sign in again, and let that program ask TokenTray for its token.' : 'Sign in again.',
    },
  }
}

function causeOf({ cause, unansweredSince, grant, now }: EndFacts): EndCause {
  if (cause === 'end_of_life') return cause
  if (unansweredSince !== undefined) return 'lost_answer'
  const over = grant.refreshExpiresAt !== undefined && grant.refreshExpiresAt <= now
  return cause === 'unknown' && over ? 'end_of_life' : cause
}

function sentence(cause: EndCause, unansweredSince: number | undefined): string {
  switch (cause) {
    case 'lost_answer':
      return `the answer to the refresh of ${moment(unansweredSince)} never arrived here, and its new tokens were lost with it`
    case 'used_elsewhere':
      return 'its refresh token was used by another program'
    case 'revoked':
      return 'it was revoked'
    case 'end_of_life':
      return 'it has reached the end of its life'
    case 'unknown':
      return 'it was revoked, it expired, or another program used it'
    default:
      return assertNever(cause)
  }
}

const moment = (time: number | undefined) => `${new Date(time ?? 0).toISOString().slice(0, 16).replace('T', ' ')} UTC`
