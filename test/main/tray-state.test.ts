import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { trayState } from '../../src/main/tray-state.ts'
import type { AccountStatus, VaultStatus } from '../../src/protocol/index.ts'
import {
  absent,
  active,
  backingOff,
  broken,
  codex,
  ended,
  foreign,
  inBrowser,
  locked,
  lockedOut,
  practice,
  ready,
  refreshing,
  signedOut,
  snapshotOf,
} from '../renderer/support/snapshots.ts'

const cases: readonly (readonly [string, readonly AccountStatus[], VaultStatus, string, string])[] = [
  ['nobody', [], ready, 'tray-signed-out', 'Signed out'],
  ['signed out', [codex(signedOut), practice(signedOut)], ready, 'tray-signed-out', 'Signed out'],
  ['one', [codex(active), practice(signedOut)], ready, 'tray-ready', 'OpenAI Codex is ready'],
  ['two', [codex(active), practice(refreshing)], ready, 'tray-ready', 'Both are ready'],
  ['three', [codex(active), practice(active), codex(active)], ready, 'tray-ready', 'All 3 are ready'],
  ['a login', [codex(inBrowser), practice(signedOut)], ready, 'tray-needs-you', 'OpenAI Codex needs you'],
  ['an ended grant', [codex(ended), practice(active)], ready, 'tray-needs-you', '1 of 2 ready · OpenAI Codex needs you'],
  ['two ends', [codex(ended), practice(foreign)], ready, 'tray-needs-you', '2 need you'],
  ['a back-off', [codex(backingOff), practice(active)], ready, 'tray-offline', '1 of 2 ready · trying again'],
  ['no network', [codex(backingOff)], ready, 'tray-offline', 'Not reachable · trying again'],
  ['an end before a back-off', [codex(backingOff), practice(ended)], ready, 'tray-needs-you', 'Practice needs you'],
  ['a locked keychain', [codex(lockedOut)], locked, 'tray-needs-you', 'The keychain is locked'],
  ['no keychain', [codex(signedOut)], absent, 'tray-needs-you', 'There is no keychain'],
  ['a broken keychain', [codex(signedOut)], broken, 'tray-needs-you', 'Stored logins cannot be opened'],
]

test.each(cases)('the icon for %s', (_name, accounts, vault, icon, sentence) => {
  expect(trayState(snapshotOf(accounts, { vault }))).toEqual({ icon, tooltip: `TokenTray: ${sentence}` })
})

test('there is an icon before the broker is there, and one for a broker that ended', () => {
  expect(trayState(undefined)).toEqual({ icon: 'tray-signed-out', tooltip: 'TokenTray: starting' })
  expect(trayState(undefined, { code: 'internal_error', description: 'It ended.' }).icon).toBe('tray-offline')
})

test('every icon is drawn in both densities', () => {
  const icons = new Set(cases.map(([, , , icon]) => icon))
  for (const icon of icons) {
    for (const file of [`${icon}.png`, `${icon}@2x.png`, `source/${icon}.svg`]) {
      expect(existsSync(join(import.meta.dirname, '../../build/icons', file)), file).toBe(true)
    }
  }
})
