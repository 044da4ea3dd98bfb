import { expect, test } from 'vitest'
import { type SessionEvent, type SessionState, transition } from '../../src/core/transition.ts'

const error = { code: 'x', description: 'x' }
const states: readonly SessionState[] = [
  { kind: 'signed_out' },
  { kind: 'active', expires_at: 1 },
  { kind: 'refreshing', attempt: 1 },
  { kind: 'backing_off', attempt: 1, retry_at: 1, error },
  { kind: 'reauthorization_required', error },
  { kind: 'unavailable', error },
]
const refreshEvents: readonly SessionEvent[] = [
  { kind: 'refresh_started', attempt: 2, expiresAt: undefined },
  { kind: 'refresh_deferred', attempt: 2, retryAt: 2, expiresAt: undefined, error },
  { kind: 'unavailable', error },
]

test.each(states)('a new grant makes $kind active, and a sign-out signs it out', (state) => {
  expect(transition(state, { kind: 'granted', expiresAt: 7 })).toEqual({ kind: 'active', expires_at: 7 })
  expect(transition(state, { kind: 'signed_out' })).toEqual({ kind: 'signed_out' })
})

test('nothing that a refresh says moves an account that is signed out or has ended', () => {
  for (const event of refreshEvents) {
    for (const state of states.filter(({ kind }) => kind === 'signed_out' || kind === 'reauthorization_required')) {
      expect(transition(state, event)).toBe(state)
    }
  }
  expect(transition({ kind: 'signed_out' }, { kind: 'ended', error })).toEqual({ kind: 'signed_out' })
})

test('an ended grant shows why, whatever it was before', () => {
  for (const state of states.filter(({ kind }) => kind !== 'signed_out')) {
    expect(transition(state, { kind: 'ended', error })).toEqual({ kind: 'reauthorization_required', error })
  }
})
