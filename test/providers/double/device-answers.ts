// How the servers that follow RFC 8628 section 3.5 answer a poll.
import { type Answer, oauthError, refusal } from './answer.ts'
import type { DevicePoll } from './devices.ts'
import type { ProviderName } from './grants.ts'
import type { Person } from './person.ts'

/** The person of an approved device. Every other poll is an answer: an error under this status, or a refusal that is thrown. */
export function personOf(provider: ProviderName, poll: DevicePoll, status: number): Person | Answer {
  switch (poll.kind) {
    case 'approved':
      return poll.person
    case 'pending':
      return oauthError(status, 'authorization_pending', 'The authorization request is still pending.')
    case 'slow_down': {
      const error = { error: 'slow_down', error_description: 'Too many requests have been made in the same timeframe.' }
      // Only GitHub says how slow.
      return { status, body: provider === 'github-copilot' ? { ...error, interval: poll.interval } : error }
    }
    case 'denied':
      throw refusal(
        `${provider}: the device was denied.`,
        oauthError(status, 'access_denied', 'The authorization request was denied.'),
      )
    default:
      throw refusal(
        `${provider}: the device code is ${poll.kind}.`,
        oauthError(status, 'expired_token', 'The device code has expired.'),
      )
  }
}

export const isAnswer = (found: Person | Answer): found is Answer => 'status' in found
