import { describe, expect, test } from 'vitest'
import { assertNever } from '../../src/core/assert-never.ts'
import type { Problem } from '../../src/ipc/channels.ts'
import { english, languageOf } from '../../src/ipc/words/index.ts'
import type { MenuAction, MenuEntry, MenuModel, Switches } from '../../src/main/menu-model.ts'
import { nativeMenu } from '../../src/main/native-menu.ts'
import { trayMenu } from '../../src/main/tray-menu.ts'
import type { AccountUsage, BrokerSnapshot } from '../../src/protocol/index.ts'
import { among, everyProvider } from '../renderer/support/providers.ts'
import {
  absent,
  active,
  ana,
  asked,
  backingOff,
  byDevice,
  byPaste,
  claimed,
  codex,
  ended,
  endedElsewhere,
  endedThere,
  foreign,
  inBrowser,
  inMemory,
  locked,
  lockedByPerson,
  lockedOut,
  lockedWithPassphrase,
  noon,
  otherPerson,
  passphraseNeeded,
  passphraseUnset,
  practice,
  proven,
  refreshing,
  signedOut,
  snapshotOf,
  unreadable,
  watched,
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
    case 'check':
      return [`${indent}${entry.checked ? '☑' : '☐'} ${entry.label}`]
    case 'action':
      return [`${indent}${entry.label}`]
    case 'submenu':
      return [`${indent}${entry.label}`, ...lines(entry.entries, `${indent}  `)]
    default:
      return assertNever(entry)
  }
}

/** The menu of a snapshot, with switches that nobody has heard of yet unless a test says how they stand. */
const menuOf = (
  snapshot: BrokerSnapshot | undefined,
  problem?: Problem,
  switches: Switches = {},
  usage: readonly AccountUsage[] = [],
) => trayMenu({ snapshot, problem, usage, switches, language: english, now: noon })

function actionOf(model: MenuModel, label: string): MenuAction | undefined {
  const all = model.flatMap((entry): readonly MenuEntry[] => (entry.kind === 'submenu' ? entry.entries : [entry]))
  const found = all.find((entry) => 'action' in entry && entry.label === label)
  return found?.kind === 'action' || found?.kind === 'check' ? found.action : undefined
}

const settings = ['Settings', '  All settings…']
const tail = ['-', 'Lock', ...settings, 'Open TokenTray', 'Quit']
const shortTail = ['-', ...settings, 'Open TokenTray', 'Quit']

describe('the tray menu', () => {
  test('offers a sign-in for each provider', () => {
    const menu = menuOf(snapshotOf([codex(signedOut), practice(signedOut)]))
    expect(lines(menu)).toEqual(['[Signed out]', '-', 'Sign in to OpenAI Codex…', 'Sign in to Practice…', ...tail])
    expect(actionOf(menu, 'Sign in to Practice…')).toEqual({ kind: 'sign_in', account: 'practice' })
  })

  test.each([
    ['browser', inBrowser, 'OpenAI Codex: waiting for the browser'],
    ['paste', byPaste, 'OpenAI Codex: waiting for you'],
  ] as const)('offers every way to go on with a login that waits by %s', (_kind, state, title) => {
    const menu = menuOf(snapshotOf([codex(state)]))
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

  test('keeps the providers without an account in a menu of their own once there is an account', () => {
    const menu = menuOf(snapshotOf(among(practice(active))))
    expect(lines(menu).slice(2, -6)).toEqual([
      'Practice: ready',
      ...['Copy token', 'Refresh now', 'Check', 'Add another account…', 'Switch off', 'Sign out…'].map((line) => `  ${line}`),
      'Sign in to',
      ...everyProvider.slice(0, -1).map(({ name }) => `  ${name}…`),
    ])
    expect(actionOf(menu, 'Kimi Code…')).toEqual({ kind: 'sign_in', account: 'kimi' })
  })

  test('shows the code of a device login, which nothing is pasted into', () => {
    const menu = menuOf(snapshotOf([codex(byDevice)]))
    expect(lines(menu).slice(2, -6)).toEqual([
      'OpenAI Codex: waiting for you',
      '  [Your code: WDJB-MJHT]',
      '  Open sign-in page',
      '  Copy code',
      '  -',
      '  Cancel sign-in',
    ])
    expect(actionOf(menu, 'Copy code')).toEqual({ kind: 'copy_code', login: 'login-1' })
  })

  const decisions = ['  Add beside it', '  Replace', '  Discard']
  const who = '  [You signed in as bob@example.com, and this account belongs to ana.silva@example.com.]'

  test('asks whose a login is, beside an account that works and in the place of one that has ended', () => {
    const beside = menuOf(snapshotOf([codex(active, ana)], { logins: [otherPerson] }))
    expect(lines(beside)).toEqual(expect.arrayContaining(['OpenAI Codex: needs your decision', who, '  -', ...decisions]))
    const waiting = { ...inBrowser, login_id: otherPerson.id } as const
    const row = { ...codex(waiting, ana), id: 'openai-codex-1a2b3c4d' }
    const inPlace = menuOf(snapshotOf([row], { logins: [otherPerson] }))
    expect(lines(inPlace).slice(2, -6)).toEqual([
      'OpenAI Codex (ana.silva@example.com): needs your decision',
      who,
      '  -',
      ...decisions,
    ])
    const chosen = ['Add beside it', 'Replace', 'Discard'].map((label) => actionOf(inPlace, label))
    expect(chosen).toEqual(
      ['add', 'replace', 'discard'].map((decision) => ({ kind: 'decide_login', login: 'login-8', decision })),
    )
  })

  test('checks what works, adds another account, and never refreshes a key', () => {
    const menu = menuOf(snapshotOf([codex({ kind: 'active' }, { kind: 'api_key', label: 'billing' })]))
    expect(lines(menu).slice(2, -6)).toEqual([
      'OpenAI Codex (billing): ready',
      '  Copy token',
      '  Check',
      '  Add another account…',
      '  Switch off',
      '  Sign out…',
    ])
    expect(actionOf(menu, 'Check')).toEqual({ kind: 'check', account: 'openai-codex-1a2b3c4d' })
    expect(actionOf(menu, 'Add another account…')).toEqual({ kind: 'add_account', account: 'openai-codex-1a2b3c4d' })
  })

  test('offers to sign out of what works, by name', () => {
    const menu = menuOf(snapshotOf([codex(active, ana), practice(refreshing, { label: 'work' })]))
    expect(lines(menu)).toEqual([
      '[Refreshing Practice]',
      '-',
      'OpenAI Codex (ana.silva@example.com): ready',
      '  Copy token',
      '  Refresh now',
      '  Check',
      '  Add another account…',
      '  Switch off',
      '  Sign out…',
      'Practice (work): refreshing',
      '  Copy token',
      '  Add another account…',
      '  Switch off',
      '  Sign out…',
      ...tail,
    ])
    expect(actionOf(menu, 'Sign out…')).toEqual({ kind: 'sign_out', account: 'openai-codex-1a2b3c4d' })
  })

  test('says why an account does not work and offers what helps', () => {
    const menu = menuOf(snapshotOf([codex(ended), practice(backingOff), { ...practice(foreign), id: 'practice-2' }]))
    expect(lines(menu)).toEqual([
      '[2 need you]',
      '-',
      'OpenAI Codex: sign in again',
      '  [The login was revoked or used by another program.]',
      '  Sign in again…',
      '  Add another account…',
      '  Switch off',
      '  Sign out…',
      'Practice: trying again',
      '  [The token endpoint answered with a web page instead of JSON.]',
      '  Try again',
      '  Add another account…',
      '  Switch off',
      '  Sign out…',
      'Practice: not available',
      '  [This login belongs to https://auth.openai.com, and another server is configured now.]',
      '  [Unset `TOKENTRAY_UPSTREAM`, or sign in again for this server.]',
      '  Try again',
      '  Add another account…',
      '  Switch off',
      '  Sign out…',
      ...tail,
    ])
  })

  test('says of a login of another program whose it is, and offers nothing that could only fail', () => {
    const menu = menuOf(
      snapshotOf([
        codex(active, { ...ana, ...watched, signed_in_until: noon + 1 }),
        { ...codex(unreadable, watched), id: 'openai-codex-2' },
        { ...codex(signedOut, watched), id: 'openai-codex-3' },
      ]),
    )
    const sentence = '  [Only watched: Codex CLI owns this login, and no tool gets a token of it from here.]'
    expect(lines(menu)).toEqual([
      '[Signed out]',
      '-',
      'OpenAI Codex (ana.silva@example.com): only watched',
      sentence,
      '  [Its token is valid 9 mins]',
      '  -',
      '  Forget…',
      'OpenAI Codex: not available',
      '  [The logins of Codex CLI are not read without your yes.]',
      '  [Run `tokentray watch codex --read-stores` to allow it.]',
      sentence,
      '  -',
      '  Forget…',
      'OpenAI Codex: signed out there',
      sentence,
      '  -',
      '  Forget…',
      ...tail,
    ])
    expect(actionOf(menu, 'Forget…')).toEqual({ kind: 'sign_out', account: 'openai-codex-1a2b3c4d' })
  })

  test('has the tokens of a login that another program is asked for, and its sign-in is made there', () => {
    const menu = menuOf(snapshotOf([codex(active, asked), { ...codex(endedThere, asked), id: 'openai-codex-2' }]))
    const sentence = '  [Codex CLI owns this login; TokenTray asks it for tokens.]'
    expect(lines(menu)).toEqual([
      '[1 of 2 ready · OpenAI Codex needs you]',
      '-',
      'OpenAI Codex: ready',
      sentence,
      '  Copy token',
      '  Refresh now',
      '  Check',
      '  Add another account…',
      '  Switch off',
      '  Forget…',
      'OpenAI Codex: sign in again',
      '  [Codex CLI is signed out.]',
      '  [Sign in there: `codex login`.]',
      sentence,
      '  Try again',
      '  Add another account…',
      '  Switch off',
      '  Forget…',
      ...tail,
    ])
    expect(actionOf(menu, 'Try again')).toEqual({ kind: 'check', account: 'openai-codex-2' })
  })

  test('shows the advice for a locked keychain with a way to try again', () => {
    const menu = menuOf(snapshotOf([codex(lockedOut)], { vault: locked }))
    expect(lines(menu).slice(0, 4)).toEqual([
      '[The keychain is locked]',
      '[The keychain of your system is locked.]',
      '[Unlock it. TokenTray goes on by itself.]',
      'Try again',
    ])
    expect(actionOf(menu, 'Try again')).toEqual({ kind: 'wake' })
  })

  test('has another advice for a keychain that does not exist', () => {
    expect(lines(menuOf(snapshotOf([], { vault: absent })))).toContain('[No keychain service runs in this session.]')
  })

  test('lists a login that no row shows', () => {
    const login = {
      id: 'login-7',
      provider: 'practice',
      prompt: { kind: 'browser' as const, redirect_port: 1455 },
      expires_at: 1,
    }
    const menu = menuOf(snapshotOf([practice(active)], { logins: [login] }))
    expect(lines(menu)).toContain('Practice: signing in')
    expect(actionOf(menu, 'Cancel sign-in')).toEqual({ kind: 'cancel_login', login: 'login-7' })
  })

  test('is there before the broker is, and when it has ended', () => {
    expect(lines(menuOf(undefined))).toEqual(['[Starting…]', ...shortTail])
    const problem = {
      code: 'internal_error' as const,
      description: 'It ended with code 1.',
      fix: 'It is started again by itself.',
    }
    expect(lines(menuOf(undefined, problem))).toEqual([
      '[It ended with code 1.]',
      '[It is started again by itself.]',
      'Try again',
      ...shortTail,
    ])
  })

  test('a client that waits comes first, with who it is and the three answers', () => {
    const accounts = [codex(active, ana), practice(active, { identity: { email: 'ada@example.com' } })]
    const menu = menuOf(snapshotOf(accounts, { approvals: [proven, claimed] }))
    expect(lines(menu).slice(0, 15)).toEqual([
      'codex asks for Practice (ada@example.com)',
      '  [Proven: /usr/bin/codex, pid 123]',
      '  [Started by /usr/bin/zed]',
      '  -',
      '  Allow once',
      '  Always allow',
      '  Deny',
      'pi asks for OpenAI Codex (ana.silva@example.com)',
      '  [Says it is pi]',
      '  -',
      '  Allow once',
      '  Always allow',
      '  Deny',
      '-',
      '[codex and pi wait for you]',
    ])
    const chosen = ['Allow once', 'Always allow', 'Deny'].map((label) => actionOf(menu, label))
    expect(chosen).toEqual(['once', 'always', 'deny'].map((decision) => ({ kind: 'decide', approval: 'approval-1', decision })))
  })

  test('a client is named by its provider when its account is gone, and by its process when that is all that is known', () => {
    const caller = { name: 'x', proof: 'proven' as const }
    const menu = menuOf(snapshotOf([], { approvals: [{ ...proven, caller }] }))
    expect(lines(menu).slice(0, 2)).toEqual(['x asks for practice', '  [Proven: a program of yours]'])
  })

  test('an account is refreshed, switched off and on, and says until when it is signed in', () => {
    const menu = menuOf(snapshotOf([practice(active, { signed_in_until: Date.UTC(2026, 11, 3, 12) / 1000 })]))
    expect(lines(menu)).toContain('  [Signed in until about 3 Dec]')
    expect(actionOf(menu, 'Refresh now')).toEqual({ kind: 'refresh', account: 'practice-5e6f7a8b' })
    expect(actionOf(menu, 'Switch off')).toEqual({ kind: 'set_disabled', account: 'practice-5e6f7a8b', disabled: true })
    const off = menuOf(snapshotOf([practice(active, { disabled: true, signed_in_until: Date.UTC(2027, 9, 3, 12) / 1000 })]))
    expect(lines(off)).toContain('Practice: switched off')
    expect(lines(off)).toContain('  [Signed in until about 3 Oct 2027]')
    expect(actionOf(off, 'Switch on')).toEqual({ kind: 'set_disabled', account: 'practice-5e6f7a8b', disabled: false })
    expect(lines(menuOf(snapshotOf([practice(refreshing, { disabled: true })])))).toContain('Practice: switched off')
  })

  test('an ended login names its cause in a line that a menu has room for', () => {
    const menu = lines(menuOf(snapshotOf([codex(endedElsewhere)])))
    expect(menu.slice(3, 5)).toEqual([
      '  [Ended: used by another program]',
      '  [Sign in again, and let that program ask TokenTray for its token.]',
    ])
  })

  test.each([
    ['keychain', lockedByPerson, 'Unlock', { kind: 'unlock' }],
    ['passphrase', lockedWithPassphrase, 'Unlock…', { kind: 'open' }],
    ['passphrase that it waits for', passphraseNeeded, 'Unlock…', { kind: 'open' }],
    ['first passphrase', passphraseUnset, 'Unlock…', { kind: 'open' }],
  ] as const)('a lock with a %s shows nothing but the way to open it', (_name, vault, label, action) => {
    const menu = menuOf(snapshotOf([codex(lockedOut, ana)], { vault }))
    expect(lines(menu).slice(1)).toEqual(['-', label, ...settings, 'Open TokenTray', 'Quit'])
    expect(actionOf(menu, label)).toEqual(action)
  })

  test.each([
    ['a keychain that is locked', locked],
    ['a keychain that is not there', absent],
    ['a vault in memory', inMemory],
  ])('there is nothing to lock with %s', (_name, vault) => {
    expect(lines(menuOf(snapshotOf([], { vault }))).slice(-5)).toEqual(shortTail)
  })

  test('the settings show how they stand, nothing of what is not known, and the way to all of them', () => {
    const withSwitches = (switches: Switches) => menuOf(undefined, undefined, switches)
    expect(lines(withSwitches({ askFirst: true, lockWithScreen: false })).slice(1, -2)).toEqual([
      '-',
      'Settings',
      '  ☑ Ask me before a new tool gets a token',
      '  ☐ Lock when the screen locks',
      '  -',
      '  All settings…',
    ])
    expect(lines(withSwitches({ lockWithScreen: true })).slice(2, 4)).toEqual(['Settings', '  ☑ Lock when the screen locks'])
    const menu = withSwitches({ askFirst: true, lockWithScreen: false })
    expect(actionOf(menu, 'Ask me before a new tool gets a token')).toEqual({ kind: 'switch', name: 'askFirst', on: false })
    expect(actionOf(menu, 'Lock when the screen locks')).toEqual({ kind: 'switch', name: 'lockWithScreen', on: true })
    expect(actionOf(menu, 'All settings…')).toEqual({ kind: 'open', page: 'settings' })
  })

  describe('how much of a plan is used', () => {
    const figures = (more: Partial<AccountUsage>): AccountUsage => ({
      account: 'openai-codex-1a2b3c4d',
      provider: 'openai-codex',
      windows: [],
      stale: false,
      fetched_at: noon - 60,
      ...more,
    })
    const usageLines = (more: Partial<AccountUsage>) =>
      lines(menuOf(snapshotOf([codex(active)]), undefined, {}, [figures(more)])).filter((line) =>
        /used|left|ago|limit/.test(line),
      )

    test('stands in the menu of its account, a line for each limit', () => {
      const windows = [
        { name: '5 hours', used_percent: 42.9, resets_at: noon + 7_500 },
        { name: 'week, opus', used_percent: 100 },
      ]
      expect(usageLines({ windows })).toEqual(['  [5 hours: 42% used · resets in 2 hrs 5 mins]', '  [Week, opus: 100% used]'])
    })

    test('says its age once it is old, and what is left of credits', () => {
      expect(
        usageLines({ credits: { remaining: 12.5, unit: 'USD' }, windows: [{ name: 'month', used_percent: 1 }], stale: true }),
      ).toEqual(['  [Month: 1% used]', '  [Credits: 12.5 USD left]', '  [As of 1 min ago]'])
      expect(usageLines({ credits: { unlimited: true, unit: 'requests' } })).toEqual(['  [Credits: unlimited]'])
    })

    test('of an account that is not there is not shown', () => {
      expect(usageLines({ account: 'gone', windows: [{ name: 'week', used_percent: 5 }] })).toEqual([])
    })
  })
})

test('the native menu shows labels as they are and runs what was chosen', () => {
  const chosen: MenuAction[] = []
  const menu = menuOf(snapshotOf([codex(active, { label: 'R&D' })]))
  const [, , account] = nativeMenu(menu, (action) => chosen.push(action))
  expect(account?.label).toBe('OpenAI Codex (R&&D): ready')
  if (!Array.isArray(account?.submenu)) throw new Error('The account has no submenu.')
  account.submenu.at(-1)?.click?.(undefined as never, undefined, undefined as never)
  expect(chosen).toEqual([{ kind: 'sign_out', account: 'openai-codex-1a2b3c4d' }])
})

test('a check box of the native menu stands as the setting does and asks for the other way', () => {
  const chosen: MenuAction[] = []
  const settings = nativeMenu(menuOf(undefined, undefined, { askFirst: true }), (action) => chosen.push(action))[2]
  if (!Array.isArray(settings?.submenu)) throw new Error('The settings have no submenu.')
  expect(settings.submenu[0]).toMatchObject({ type: 'checkbox', checked: true })
  settings.submenu[0]?.click?.(undefined as never, undefined, undefined as never)
  expect(chosen).toEqual([{ kind: 'switch', name: 'askFirst', on: false }])
})

test('no name or reason can turn an entry around, break it into lines or make the menu as wide as the screen', () => {
  const error = { code: 'internal_error' as const, description: `Line one\nline two & ${'so on '.repeat(60)}` }
  const hostile = { provider_name: 'Co\u202edex', identity: { email: 'a\u2066na@example.com' } }
  const menu = menuOf(snapshotOf([codex({ kind: 'unavailable', error }, hostile)]))
  const account = nativeMenu(menu, () => {}).find(({ submenu }) => submenu !== undefined)
  expect(account?.label).toBe('Co\u{fffd}dex (a\u{fffd}na@example.com): not available')
  if (!Array.isArray(account?.submenu)) throw new Error('The account has no submenu.')
  expect(account.submenu[0]?.label).toMatch(/^Line one\u{fffd}line two && so on .{120,150}…$/u)
})

test('an Arabic menu keeps the signs that set a name apart', () => {
  const menu = trayMenu({
    ...{ problem: undefined, usage: [], switches: {} },
    snapshot: snapshotOf([codex(signedOut)]),
    language: languageOf('ar'),
    now: noon,
  })
  expect(JSON.stringify(nativeMenu(menu, () => {}))).toContain('\u2068OpenAI Codex\u2069')
})
