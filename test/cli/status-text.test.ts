import { expect, test } from 'vitest'
import { statusText } from '../../src/cli/status-text.ts'
import type { BrokerSnapshot } from '../../src/protocol/index.ts'
import {
  active,
  ana,
  claimed,
  codex,
  endedElsewhere,
  locked,
  lockedByPerson,
  lockedOut,
  noon,
  passphraseNeeded,
  practice,
  proven,
  refreshing,
  signedOut,
  snapshotOf,
} from '../renderer/support/snapshots.ts'

const lines = (snapshot: BrokerSnapshot) => statusText(snapshot, noon * 1000).split('\n')

test('one line for each account, in columns', () => {
  expect(lines(snapshotOf([codex(active, ana), practice(signedOut)]))).toEqual([
    'openai-codex  ready, fresh for 9 min  ana.silva@example.com (plus)',
    'practice      signed out',
  ])
})

test('an account that is switched off, and one that says until when it is signed in', () => {
  const accounts = [
    codex(active, { disabled: true, signed_in_until: noon + 15 * 86_400 }),
    practice(refreshing, { label: 'work', signed_in_until: noon + 5 * 3_600 }),
  ]
  expect(lines(snapshotOf(accounts))).toEqual([
    'openai-codex   switched off, ready, fresh for 9 min, signed in for about 15 days',
    'practice:work  refreshing, signed in for about 5 h',
  ])
})

test('several accounts without a label by their ids, because a selector could mean only one of them', () => {
  const accounts = [
    practice(active),
    practice(active, { id: 'practice-2' }),
    practice(active, { id: 'practice-3', label: 'work' }),
  ]
  const names = lines(snapshotOf(accounts)).map((line) => line.split(' ')[0])
  expect(names).toEqual([accounts[0]?.id, 'practice-2', 'practice:work'])
})

test('whose login each one is, once they are not all of TokenTray', () => {
  const delegated = { mode: 'delegated', program: 'codex' } as const
  const watched = { mode: 'watched', program: 'claude-code', file: '/f', login: 'claude.ai' } as const
  const ended = { kind: 'active', expires_at: noon - 60 } as const
  const accounts = [
    codex(active, { ownership: { mode: 'owned' } }),
    codex(active, { id: 'codex-2', label: 'two', ownership: delegated }),
    codex(ended, { id: 'codex-3', label: 'three', ownership: delegated }),
    practice(active, { label: 'four', ownership: watched }),
    practice(ended, { id: 'p-2', label: 'five', ownership: watched }),
    practice({ kind: 'active' }, { id: 'p-3', label: 'six', ownership: watched }),
    practice(signedOut),
  ]
  expect(lines(snapshotOf(accounts)).map((line) => line.replace(/ {2,}/g, '  ').trimEnd())).toEqual([
    'openai-codex  ready, fresh for 9 min, owned by TokenTray',
    'openai-codex:two  ready, fresh for 9 min, owned by codex, which is asked for each token',
    'openai-codex:three  ready, owned by codex, which is asked for each token',
    'practice:four  signed in there, its token ends in 9 min, read-only: owned by claude-code',
    'practice:five  signed in there, its token has ended, read-only: owned by claude-code',
    'practice:six  signed in there, read-only: owned by claude-code',
    'practice  signed out',
  ])
})

test('an ended login with its cause', () => {
  expect(lines(snapshotOf([codex(endedElsewhere)]))).toEqual([`openai-codex  sign in again: ${endedElsewhere.error.description}`])
})

test.each([
  [lockedByPerson, 'vault: locked: TokenTray is locked. Run `tokentray unlock`, or press Unlock in the tray.'],
  [passphraseNeeded, 'vault: locked: The vault waits for its passphrase. Run `tokentray unlock`, or press Unlock in the tray.'],
  [locked, 'vault: locked: The keychain of your system is locked. Unlock it. TokenTray goes on by itself.'],
])('a vault that is locked, by whom and what opens it', (vault, line) => {
  expect(lines(snapshotOf([codex(lockedOut)], { vault }))[0]).toBe(line)
})

test('clients that wait, each once', () => {
  const approvals = [proven, claimed, { ...proven, id: 'approval-3' }]
  expect(lines(snapshotOf([practice(active)], { approvals })).at(-1)).toBe(
    'waiting for your permission: codex, pi (tokentray approve)',
  )
})
