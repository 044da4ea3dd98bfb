import { expect, test } from 'vitest'
import type { Problem } from '../../src/ipc/channels.ts'
import { english } from '../../src/ipc/words/index.ts'
import { trayState as stateIn } from '../../src/main/tray-state.ts'
import type { AccountStatus, ApprovalRequest, BrokerSnapshot, VaultStatus } from '../../src/protocol/index.ts'
import {
  absent,
  active,
  asked,
  backingOff,
  broken,
  claimed,
  codex,
  ended,
  endedThere,
  foreign,
  inBrowser,
  locked,
  lockedByPerson,
  lockedOut,
  lockedWithPassphrase,
  passphraseNeeded,
  passphraseUnset,
  practice,
  proven,
  ready,
  refreshing,
  signedOut,
  snapshotOf,
  unreadable,
  watched,
} from '../renderer/support/snapshots.ts'

const trayState = (snapshot: BrokerSnapshot | undefined, problem?: Problem) => stateIn(snapshot, problem, english.words)

const opening: VaultStatus = { store: 'keychain', state: { kind: 'opening' } }
const off = { disabled: true } as const

const cases: readonly (readonly [string, readonly AccountStatus[], VaultStatus, string, string])[] = [
  ['nobody', [], ready, 'signed-out', 'Signed out'],
  ['signed out', [codex(signedOut), practice(signedOut)], ready, 'signed-out', 'Signed out'],
  ['one', [codex(active), practice(signedOut)], ready, 'ready', 'OpenAI Codex is ready'],
  ['one that is only watched', [codex(active, watched)], ready, 'signed-out', 'Signed out'],
  ['one beside what cannot be watched', [codex(unreadable, watched), practice(active)], ready, 'ready', 'Practice is ready'],
  ['one that another program is asked for', [codex(active, asked)], ready, 'ready', 'OpenAI Codex is ready'],
  ['a sign-in in another program', [codex(endedThere, asked)], ready, 'needs-you', 'OpenAI Codex needs you'],
  ['two', [codex(active), practice(refreshing)], ready, 'working', 'Refreshing Practice'],
  ['two at work', [codex(refreshing), practice(refreshing)], ready, 'working', 'Refreshing 2 accounts'],
  ['two that are ready', [codex(active), practice(active)], ready, 'ready', 'Both are ready'],
  [
    'one at work and one that waits',
    [codex(refreshing), practice(backingOff)],
    ready,
    'working',
    '1 of 2 ready · Refreshing OpenAI Codex',
  ],
  ['an opening vault', [codex(lockedOut)], opening, 'working', 'Opening your logins'],
  ['three', [codex(active), practice(active), codex(active)], ready, 'ready', 'All 3 are ready'],
  ['a login', [codex(inBrowser), practice(signedOut)], ready, 'needs-you', 'OpenAI Codex needs you'],
  ['an ended grant', [codex(ended), practice(active)], ready, 'needs-you', '1 of 2 ready · OpenAI Codex needs you'],
  ['two ends', [codex(ended), practice(foreign)], ready, 'needs-you', '2 need you'],
  ['a back-off', [codex(backingOff), practice(active)], ready, 'offline', '1 of 2 ready · trying again'],
  ['no network', [codex(backingOff)], ready, 'offline', 'Not reachable · trying again'],
  ['an end before a back-off', [codex(backingOff), practice(ended)], ready, 'needs-you', 'Practice needs you'],
  ['a locked keychain', [codex(lockedOut)], locked, 'needs-you', 'The keychain is locked'],
  ['no keychain', [codex(signedOut)], absent, 'needs-you', 'There is no keychain'],
  ['a broken keychain', [codex(signedOut)], broken, 'needs-you', 'Stored logins cannot be opened'],
  ['a lock', [codex(lockedOut)], lockedByPerson, 'locked', 'Locked'],
  ['a lock with a passphrase', [codex(lockedOut)], lockedWithPassphrase, 'locked', 'Locked'],
  ['a passphrase', [codex(lockedOut)], passphraseNeeded, 'needs-you', 'Your passphrase is needed'],
  ['a first passphrase', [], passphraseUnset, 'needs-you', 'Choose a passphrase'],
  ['one that is off', [codex(active), practice(active, off)], ready, 'ready', 'OpenAI Codex is ready'],
  ['all off', [practice(refreshing, off)], ready, 'signed-out', 'Switched off'],
  ['an end that nobody needs', [practice(ended, off)], ready, 'signed-out', 'Switched off'],
  ['a login for one that is off', [practice(inBrowser, off)], ready, 'needs-you', 'Practice needs you'],
]

test.each(cases)('the icon for %s', (_name, accounts, vault, picture, sentence) => {
  expect(trayState(snapshotOf(accounts, { vault }))).toEqual({ picture, tooltip: `TokenTray: ${sentence}` })
})

const named = (name: string): ApprovalRequest => ({ ...claimed, id: name, caller: { name, proof: 'claimed' } })

test.each([
  [[proven], 'codex waits for you'],
  [[proven, claimed], 'codex and pi wait for you'],
  [[proven, claimed, named('gh')], 'codex and 2 others wait for you'],
  [[proven, { ...proven, id: 'approval-9' }], 'codex waits for you'],
  [[named('a\u202eb\n')], 'a\ufffdb\ufffd waits for you'],
])('clients that wait come before all else and are named: %j', (approvals, sentence) => {
  const state = { picture: 'needs-you', tooltip: `TokenTray: ${sentence}` }
  expect(trayState(snapshotOf([codex(ended)], { approvals }))).toEqual(state)
  expect(trayState(snapshotOf([codex(lockedOut)], { approvals, vault: lockedByPerson }))).toEqual(state)
})

test('there is an icon before the broker is there, and one for a broker that ended', () => {
  expect(trayState(undefined)).toEqual({ picture: 'working', tooltip: 'TokenTray: Starting' })
  expect(trayState(undefined, { code: 'internal_error', description: 'It ended.' }).picture).toBe('offline')
})

test('a tool tip is no longer than Windows shows', () => {
  const long = [named('🦊'.repeat(90)), named('x'.repeat(90))]
  const { tooltip } = trayState(snapshotOf([], { approvals: long }))
  expect([...tooltip]).toHaveLength(127)
  expect(tooltip).toMatch(/^TokenTray: 🦊.*x…$/u)
})
