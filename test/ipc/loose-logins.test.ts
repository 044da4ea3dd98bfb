import { describe, expect, test } from 'vitest'
import { looseLogins, looseRaces, raceOf } from '../../src/ipc/loose-logins.ts'
import type { PendingLogin } from '../../src/protocol/index.ts'
import {
  active,
  ana,
  byDevice,
  codex,
  inBrowser,
  noon,
  otherPerson,
  practice,
  snapshotOf,
} from '../renderer/support/snapshots.ts'

const login = (id: string, more: Partial<PendingLogin> = {}): PendingLogin => ({
  id,
  provider: 'openai-codex',
  prompt: { kind: 'browser', redirect_port: 1455 },
  expires_at: noon + 100,
  ...more,
})
const device = login('login-2', { prompt: byDevice.prompt })
const account = 'openai-codex-1a2b3c4d'

describe('ways that race to the same account', () => {
  test('stand in its row, the one of its state first', () => {
    const row = codex(inBrowser)
    const snapshot = snapshotOf([row], { logins: [device, login('login-1')] })
    expect(raceOf(row, snapshot)?.map(({ id }) => id)).toEqual(['login-1', 'login-2'])
    expect(looseRaces(snapshot)).toEqual([])
  })

  test('are those of the row and no other: another account, another provider, a decision', () => {
    const row = codex(inBrowser)
    const others = [
      login('login-3', { account }),
      login('login-4', { provider: 'practice' }),
      login('login-5', { undecided: { email: 'x@example.com' } }),
    ]
    const snapshot = snapshotOf([row], { logins: [login('login-1'), ...others] })
    expect(raceOf(row, snapshot)?.map(({ id }) => id)).toEqual(['login-1'])
    expect(looseRaces(snapshot).map(({ race }) => race.map(({ id }) => id))).toEqual([['login-3'], ['login-4'], ['login-5']])
  })

  test('to sign in again are those of the account', () => {
    const row = { ...codex(inBrowser), id: account }
    const snapshot = snapshotOf([row], {
      logins: [login('login-1', { account }), login('login-2', { account }), login('login-3')],
    })
    expect(raceOf(row, snapshot)?.map(({ id }) => id)).toEqual(['login-1', 'login-2'])
    expect(looseRaces(snapshot).map(({ race }) => race.length)).toEqual([1])
  })

  test('to accounts of different labels are different races', () => {
    const snapshot = snapshotOf([], {
      logins: [login('login-1', { label: 'work' }), login('login-2', { label: 'home' }), login('login-3')],
    })
    expect(looseRaces(snapshot).map(({ race }) => race.length)).toEqual([1, 1, 1])
  })

  test('beside an account that works are one row of their own', () => {
    const snapshot = snapshotOf([codex(active, ana)], { logins: [login('login-1'), otherPerson, device] })
    expect(raceOf(codex(active, ana), snapshot)).toBeUndefined()
    expect(looseRaces(snapshot).map(({ race }) => race.map(({ id }) => id))).toEqual([['login-1', 'login-2'], ['login-8']])
  })
})

test('a login that is gone is no race', () => {
  expect(raceOf(codex(inBrowser), snapshotOf([], { logins: [] }))).toBeUndefined()
})

test('the menu has a line for each login that no row shows', () => {
  const snapshot = snapshotOf([codex(inBrowser), practice(active)], { logins: [login('login-1'), device] })
  expect(looseLogins(snapshot)).toEqual([{ login: device, providerName: 'OpenAI Codex' }])
})
