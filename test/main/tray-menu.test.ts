import { describe, expect, test } from 'vitest'
import { assertNever } from '../../src/core/assert-never.ts'
import { nativeMenu } from '../../src/main/native-menu.ts'
import { type MenuAction, type MenuEntry, type MenuModel, trayMenu } from '../../src/main/tray-menu.ts'
import {
  absent,
  active,
  ana,
  backingOff,
  byPaste,
  codex,
  ended,
  foreign,
  inBrowser,
  locked,
  lockedOut,
  practice,
  refreshing,
  signedOut,
  snapshotOf,
} from '../renderer/support/snapshots.ts'

/** The menu as lines, submenus indented; what cannot be chosen stands in brackets. */
function lines(model: MenuModel, indent = ''): string[] {
  return model.flatMap((entry) => linesOf(entry, indent))
}

function linesOf(entry: MenuEntry, indent: string): string[] {
  switch (entry.kind) {
    case 'separator':
      return [`${indent}-`]
    case 'text':
      return [`${indent}[${entry.label}]`]
    case 'action':
      return [`${indent}${entry.label}`]
    case 'submenu':
      return [`${indent}${entry.label}`, ...lines(entry.entries, `${indent}  `)]
    default:
      return assertNever(entry)
  }
}

function actionOf(model: MenuModel, label: string): MenuAction | undefined {
  const all = model.flatMap((entry): readonly MenuEntry[] => (entry.kind === 'submenu' ? entry.entries : [entry]))
  const found = all.find((entry) => entry.kind === 'action' && entry.label === label)
  return found?.kind === 'action' ? found.action : undefined
}

const tail = ['-', 'Open TokenTray', 'Quit']

describe('the tray menu', () => {
  test('offers a sign-in for each provider', () => {
    const menu = trayMenu(snapshotOf([codex(signedOut), practice(signedOut)]))
    expect(lines(menu)).toEqual(['[Signed out]', '-', 'Sign in to OpenAI Codex…', 'Sign in to Practice…', ...tail])
    expect(actionOf(menu, 'Sign in to Practice…')).toEqual({ kind: 'sign_in', account: 'practice' })
  })

  test.each([
    ['browser', inBrowser, 'OpenAI Codex: waiting for the browser'],
    ['paste', byPaste, 'OpenAI Codex: waiting for you'],
  ] as const)('offers every way to go on with a login that waits by %s', (_kind, state, title) => {
    const menu = trayMenu(snapshotOf([codex(state)]))
    expect(lines(menu)).toEqual([
      '[OpenAI Codex needs you]',
      '-',
      title,
      '  Open sign-in page',
      '  Copy sign-in link',
      '  Paste code…',
      '  -',
      '  Cancel sign-in',
      ...tail,
    ])
    for (const [label, kind] of Object.entries({
      'Open sign-in page': 'open_again',
      'Copy sign-in link': 'copy_link',
      'Paste code…': 'paste',
      'Cancel sign-in': 'cancel_login',
    })) {
      expect(actionOf(menu, label)).toEqual({ kind, login: 'login-1' })
    }
  })

  test('offers to sign out of what works, by name', () => {
    const menu = trayMenu(snapshotOf([codex(active, ana), practice(refreshing, { label: 'work' })]))
    expect(lines(menu)).toEqual([
      '[Both are ready]',
      '-',
      'OpenAI Codex (ana.silva@example.com): ready',
      '  Sign out…',
      'Practice (work): refreshing',
      '  Sign out…',
      ...tail,
    ])
    expect(actionOf(menu, 'Sign out…')).toEqual({ kind: 'sign_out', account: 'openai-codex-1a2b3c4d' })
  })

  test('says why an account does not work and offers what helps', () => {
    const menu = trayMenu(snapshotOf([codex(ended), practice(backingOff), { ...practice(foreign), id: 'practice-2' }]))
    expect(lines(menu)).toEqual([
      '[2 need you]',
      '-',
      'OpenAI Codex: sign in again',
      '  [The login was revoked or used by another program.]',
      '  Sign in again…',
      '  Sign out…',
      'Practice: trying again',
      '  [The token endpoint answered with a web page instead of JSON.]',
      '  Try again',
      '  Sign out…',
      'Practice: not available',
      '  [This login belongs to https://auth.openai.com, and another server is configured now.]',
      '  [Unset `TOKENTRAY_UPSTREAM`, or sign in again for this server.]',
      '  Try again',
      '  Sign out…',
      ...tail,
    ])
  })

  test('shows the advice for a locked keychain with a way to try again', () => {
    const menu = trayMenu(snapshotOf([codex(lockedOut)], { vault: locked }))
    expect(lines(menu).slice(0, 4)).toEqual([
      '[The keychain is locked]',
      '[The keychain of your system is locked.]',
      '[Unlock it. TokenTray goes on by itself.]',
      'Try again',
    ])
    expect(actionOf(menu, 'Try again')).toEqual({ kind: 'wake' })
  })

  test('has another advice for a keychain that does not exist', () => {
    expect(lines(trayMenu(snapshotOf([], { vault: absent })))).toContain('[No keychain service runs in this session.]')
  })

  test('lists a login that no row shows', () => {
    const login = {
      id: 'login-7',
      provider: 'practice',
      prompt: { kind: 'browser' as const, redirect_port: 1455 },
      expires_at: 1,
    }
    const menu = trayMenu(snapshotOf([practice(active)], { logins: [login] }))
    expect(lines(menu)).toContain('Practice: signing in')
    expect(actionOf(menu, 'Cancel sign-in')).toEqual({ kind: 'cancel_login', login: 'login-7' })
  })

  test('is there before the broker is, and when it has ended', () => {
    expect(lines(trayMenu(undefined))).toEqual(['[Starting…]', ...tail])
    const problem = {
      code: 'internal_error' as const,
      description: 'It ended with code 1.',
      fix: 'It is started again by itself.',
    }
    expect(lines(trayMenu(undefined, problem))).toEqual([
      '[It ended with code 1.]',
      '[It is started again by itself.]',
      'Try again',
      ...tail,
    ])
  })
})

test('the native menu shows labels as they are and runs what was chosen', () => {
  const chosen: MenuAction[] = []
  const menu = trayMenu(snapshotOf([codex(active, { label: 'R&D' })]))
  const [, , account] = nativeMenu(menu, (action) => chosen.push(action))
  expect(account?.label).toBe('OpenAI Codex (R&&D): ready')
  if (!Array.isArray(account?.submenu)) throw new Error('The account has no submenu.')
  account.submenu[0]?.click?.(undefined as never, undefined, undefined as never)
  expect(chosen).toEqual([{ kind: 'sign_out', account: 'openai-codex-1a2b3c4d' }])
})
