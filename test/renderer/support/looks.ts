// Everything that the accounts page can look like, for pictures and for axe.
import type { Problem, View } from '../../../src/ipc/channels.ts'
import type { Radar } from '../../../src/ipc/radar.ts'
import type { CheckResult } from '../../../src/protocol/index.ts'
import { found } from './pages.ts'
import { among, everyRow } from './providers.ts'
import {
  absent,
  active,
  ana,
  asked,
  backingOff,
  ben,
  broken,
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
  view,
  viewOf,
  watched,
} from './snapshots.ts'
import { expect, type TestWindow } from './window.ts'

const long = {
  identity: {
    email: 'a-very-long-name.with-many-parts.of-some-department@subsidiary.example-corporation.com',
    plan: 'enterprise',
  },
}

const longPath = {
  ...proven,
  caller: {
    ...proven.caller,
    executable: '/home/ana/.local/share/some-version-manager/installs/node/22.11.0/lib/node_modules/@openai/codex/bin/codex',
    parent: '/usr/share/code/code',
  },
}

const many = snapshotOf(
  Array.from({ length: 10 }, (_, index) => ({
    ...codex(index % 4 === 3 ? backingOff : active, { identity: { email: `person-${index}@example.com` } }),
    id: `account-${index}`,
    provider: `provider-${index}`,
    provider_name: ['Anthropic', 'GitHub Copilot', 'Google Gemini', 'xAI Grok', 'Mistral'][index % 5] ?? '',
    label: index % 2 === 0 ? 'work' : 'home',
  })),
)

const apiKey = { ...codex({ kind: 'active' }, { kind: 'api_key' }), label: 'billing' } as const
const setupToken = {
  id: 'anthropic-1',
  provider: 'anthropic',
  provider_name: 'Anthropic Claude',
  kind: 'setup_token',
  state: { kind: 'active' },
} as const

const badFile = {
  code: 'provider_file',
  description: 'providers/mistral.json cannot be used: `token_endpoint` has to be an https address.',
  fix: 'Correct the file and start TokenTray again.',
}

/** Everything that the window can look like. */
const windows = [
  { name: '5 hours', used_percent: 42, resets_at: noon + 7_500 },
  { name: 'week', used_percent: 86.4, resets_at: noon + 3 * 86_400 },
  { name: 'week, opus', used_percent: 100, resets_at: noon - 5, partial: true as const },
]
const figures = { account: 'openai-codex-1a2b3c4d', provider: 'openai-codex', windows, stale: false, fetched_at: noon - 60 }
const oldFigures = {
  ...figures,
  windows: [{ name: '5 hours', used_percent: 97.9, resets_at: noon + 500 }],
  stale: true,
  fetched_at: noon - 4_000,
  error: { code: 'rate_limited', description: 'The provider asks to be left alone for an hour.' },
}
const credits = {
  account: 'practice-5e6f7a8b',
  provider: 'practice',
  windows: [],
  credits: { remaining: 12.5, unit: 'USD' },
  stale: false,
}
const noFigures = { ...credits, credits: undefined, error: { code: 'no_token', description: 'There is no token to ask with.' } }

const home = codex(active, { ...ana, is_default: true, signed_in_until: noon + 6 * 86_400 })
const work = { ...codex(backingOff, { ...ben, label: 'work' }), id: 'openai-codex-2' }
const bill = { ...codex({ kind: 'active' }, { kind: 'api_key', label: 'billing', disabled: true }), id: 'openai-codex-3' }

export const looks: Readonly<Record<string, View>> = {
  'signed out': view(codex(signedOut), practice(signedOut)),
  'waiting for the browser': view(codex(inBrowser), practice(active, ben)),
  'waiting for a paste': view(codex(byPaste), practice(signedOut)),
  active: view(codex(active, ana), practice(active, ben)),
  refreshing: view(codex(refreshing, ana), practice(signedOut)),
  'backing off': view(codex(backingOff, ana), practice(active, ben)),
  'sign-in needed': view(codex(ended, ana), practice(active, ben)),
  'login of another server': view(codex(foreign, ana), practice(signedOut)),
  'keychain locked': viewOf(snapshotOf([codex(lockedOut, ana), practice(signedOut)], { vault: locked })),
  'keychain absent': viewOf(snapshotOf([codex(signedOut), practice(signedOut)], { vault: absent })),
  'keychain broken': viewOf(snapshotOf([codex(signedOut), practice(signedOut)], { vault: broken })),
  'a tool asks': viewOf(snapshotOf([codex(active, ana), practice(active, ben)], { approvals: [proven] })),
  'two tools ask': viewOf(snapshotOf([codex(active, ana), practice(active, ben)], { approvals: [longPath, claimed] })),
  locked: viewOf(snapshotOf([codex(lockedOut, ana)], { vault: lockedByPerson })),
  'passphrase needed': viewOf(snapshotOf([codex(lockedOut, ana)], { vault: passphraseNeeded })),
  'first passphrase': viewOf(snapshotOf([], { vault: passphraseUnset }), 'window'),
  'ended by another program': view(codex(endedElsewhere, ana), practice(active, ben)),
  'switched off': view(codex(active, { ...ana, disabled: true }), practice(active, { ...ben, signed_in_until: 1_796_300_000 })),
  'logins of other programs': viewOf(
    snapshotOf([
      codex(active, { ...ana, ...asked, is_default: true }),
      { ...codex(active, { ...ben, ...watched, label: 'work' }), id: 'openai-codex-2' },
      practice(active, ben),
    ]),
  ),
  'a login to be made in another program': view(codex(endedThere, { ...ana, ...asked }), practice(active, ben)),
  'logins that cannot be watched': viewOf(
    snapshotOf([codex(unreadable, watched), { ...practice(signedOut, watched), id: 'practice-5e6f7a8b', label: 'gone' }]),
  ),
  'kept in memory': viewOf(snapshotOf([practice(active, ben)], { vault: inMemory }), 'window'),
  'one more account': viewOf(
    snapshotOf([codex(active, ana), practice(active, ben)], {
      logins: [
        { id: 'login-2', provider: 'practice', prompt: { kind: 'browser', redirect_port: 1455 }, expires_at: 1_795_000_100 },
      ],
    }),
  ),
  'long names': view(codex(active, { ...long, label: 'a-label-that-goes-on-and-on-and-on' }), practice(ended, long)),
  'ten accounts': viewOf(many),
  'every provider': viewOf(snapshotOf(everyRow)),
  'some accounts and the other providers': viewOf(
    snapshotOf(
      among(codex(active, { ...ana, is_default: true }), { ...codex(active, ben), id: 'openai-codex-2', label: 'work' }),
    ),
  ),
  keys: viewOf(snapshotOf([apiKey, setupToken, practice(active, ben)])),
  'device code': view(codex(byDevice), practice(active, ben)),
  'somebody else': viewOf(snapshotOf([codex(active, ana), practice(active, ben)], { logins: [otherPerson] })),
  'a provider file that cannot be used': viewOf(snapshotOf([codex(active, ana), practice(signedOut)], { notices: [badFile] })),
  'no accounts': view(),
  'several accounts of a provider': { ...viewOf(snapshotOf([home, work, bill, practice(active, ben)])), usage: [figures] },
  'usage of every kind': { ...view(home, practice(active, ben)), usage: [figures, credits] },
  'usage that is old': { ...view(home, practice(active, ben)), usage: [oldFigures, noFigures] },
  'two ways that race': viewOf(
    snapshotOf([codex(inBrowser), practice(active, ben)], {
      logins: [
        { id: 'login-1', provider: 'openai-codex', prompt: { kind: 'browser', redirect_port: 1455 }, expires_at: noon + 272 },
        { id: 'login-2', provider: 'openai-codex', prompt: byDevice.prompt, expires_at: byDevice.expires_at },
      ],
    }),
  ),
  starting: viewOf(undefined),
  'broker gone': viewOf(undefined, 'popover', {
    code: 'internal_error',
    description: 'The broker of the app ended: it ended with code 1.',
    fix: 'It is started again by itself.',
  }),
}

/** What the radar says, beside two accounts. */
const radarTold = async (tray: TestWindow, radar: Radar = found) => {
  await tray.reply('radar:get', { ok: true, value: radar })
  // The page is looked at again, so that it asks again.
  await tray.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
  await expect(tray.page.getByRole('button', { name: 'Ignore' }).first()).toBeVisible()
}
const twoAccounts = view(codex(active, ana), practice(active, ben))

/** A state of the window that needs a step of the person first. */
export interface Step {
  readonly from: View
  readonly step: (tray: TestWindow) => Promise<unknown>
}

export const steps: Readonly<Record<string, Step>> = {
  'another label': {
    from: view(codex(active, { ...ana, label: 'work' }), practice(active, ben)),
    step: async ({ page }) => {
      await page.getByRole('button', { name: 'More for OpenAI Codex' }).click()
      await page.getByRole('button', { name: 'Label…' }).click()
    },
  },
  'pasting while the browser waits': {
    from: view(codex(inBrowser), practice(active, ben)),
    step: ({ page }) => page.getByRole('button', { name: 'Paste code…' }).click(),
  },
  'paste refused': {
    from: view(codex(byPaste), practice(signedOut)),
    step: async (tray) => {
      await tray.fail('login:paste', refusal)
      await tray.page.getByRole('textbox').fill('hello')
      await tray.page.keyboard.press('Enter')
      await expect(tray.page.getByRole('alert')).toBeVisible()
    },
  },
  'wrong passphrase': {
    from: viewOf(snapshotOf([], { vault: passphraseNeeded })),
    step: async (tray) => {
      await tray.fail('vault:unlock', wrong)
      await tray.page.getByLabel('Passphrase').fill('hello')
      await tray.page.keyboard.press('Enter')
      await expect(tray.page.getByRole('alert')).toBeVisible()
    },
  },
  'sign-out question': {
    from: view(codex(active, ana), practice(active, ben)),
    step: ({ page }) => page.getByRole('button', { name: 'Sign out of OpenAI Codex' }).press('Enter'),
  },
  'giving a login back': {
    from: view(codex(active, ana), practice(active, ben)),
    step: async (tray) => {
      const { page } = tray
      const back = { account: 'openai-codex-1a2b3c4d', program: 'codex', file: '~/.codex/auth.json' }
      await tray.reply('moved:get', { ok: true, value: [back] })
      await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
      await page.getByRole('button', { name: 'More for OpenAI Codex' }).click()
      await page.getByRole('button', { name: 'Give back to Codex CLI…' }).click()
    },
  },
  'forgetting a login of another program': {
    from: view(codex(active, { ...ana, ...watched }), practice(active, ben)),
    step: ({ page }) => page.getByRole('button', { name: 'Forget OpenAI Codex' }).press('Enter'),
  },
  'logins that several programs hold': { from: twoAccounts, step: (tray) => radarTold(tray) },
  'what making TokenTray the owner changes': {
    from: twoAccounts,
    step: async (tray) => {
      await radarTold(tray)
      await tray.page.getByRole('button', { name: 'Make TokenTray the owner' }).click()
    },
  },
  'a login of its own for each program': {
    from: twoAccounts,
    step: async (tray) => {
      await radarTold(tray)
      await tray.page.getByRole('button', { name: 'Give each its own' }).first().click()
    },
  },
  'programs that were not looked at': {
    from: twoAccounts,
    step: async (tray) => {
      await radarTold(tray)
      await tray.page.getByRole('button', { name: 'Look…' }).click()
    },
  },
  'ways to sign in': {
    from: viewOf(snapshotOf(among(practice(active, ben)))),
    step: ({ page }) => page.getByRole('button', { name: 'Other ways for OpenRouter' }).click(),
  },
  'the rules of OpenAI': {
    from: viewOf(snapshotOf(among(practice(active, ben)))),
    step: async (tray) => {
      await tray.fail('login:start', unread)
      await tray.page.getByRole('button', { name: 'Sign in to OpenAI Codex' }).click()
    },
  },
  'the rules of Anthropic': {
    from: viewOf(snapshotOf([{ ...setupToken, id: 'anthropic', state: signedOut }, practice(active, ben)])),
    step: async (tray) => {
      await tray.fail('login:start', unread)
      await tray.page.getByRole('button', { name: 'Sign in to Anthropic Claude' }).click()
    },
  },
  'a key to be stored': {
    from: viewOf(snapshotOf([{ ...setupToken, id: 'anthropic', state: signedOut }, practice(active, ben)])),
    step: async ({ page }) => {
      await page.getByRole('button', { name: 'Other ways for Anthropic Claude' }).click()
      await page.getByRole('button', { name: 'Setup token…' }).click()
    },
  },
  'a key that was refused': {
    from: viewOf(snapshotOf(among(practice(active, ben)))),
    step: async (tray) => {
      await tray.fail('account:add-key', noKey)
      const { page } = tray
      await page.getByRole('button', { name: 'Other ways for OpenRouter' }).click()
      await page.getByRole('button', { name: 'API key…' }).click()
      await page.getByLabel('API key', { exact: true }).fill('hello')
      await page.keyboard.press('Enter')
      await expect(page.getByRole('alert')).toBeVisible()
    },
  },
  'another account': {
    from: view(codex(active, ana), practice(active, ben)),
    step: async ({ page }) => {
      await page.getByRole('button', { name: 'More for OpenAI Codex' }).click()
      await page.getByRole('button', { name: 'Add another account…' }).click()
    },
  },
  'more for an account': {
    from: view(codex(ended, ana), practice(active, ben)),
    step: ({ page }) => page.getByRole('button', { name: 'More for Practice' }).click(),
  },
  'signed in': {
    from: view(codex(active, ana), practice(active, ben)),
    step: (tray) => tray.choose({ kind: 'signed_in', account: 'openai-codex-1a2b3c4d', identity: ana.identity }),
  },
  'a check that failed': {
    from: view(codex(active, ana), practice(active, ben)),
    step: (tray) => tray.choose({ kind: 'checked', check: refused }),
  },
  'failed sign-in': {
    from: view(codex(signedOut), practice(signedOut)),
    step: (tray) => tray.choose({ kind: 'problem', problem: denied, account: 'openai-codex' }),
  },
}

const refusal: Problem = {
  code: 'invalid_pasted_response',
  description: 'There is no code in that.',
  fix: 'Paste the whole address of the page the browser ended on; it contains `code=`.',
}

const wrong: Problem = {
  code: 'wrong_passphrase',
  description: 'That is not the passphrase.',
  fix: 'Try again. There is no way to the logins without it.',
  retryAfter: 4,
}

const unread: Problem = { code: 'rules_not_accepted', description: 'The rules have to be read first.' }

const noKey: Problem = {
  code: 'invalid_request',
  description: 'That does not look like an API key of OpenRouter.',
  fix: 'It begins with `sk-or-`.',
}

const refused: CheckResult = {
  account: 'practice-5e6f7a8b',
  status: 'failed',
  reason: { code: 'token_refused', description: 'Practice refused the token.', fix: 'Sign in again.' },
  detail: 'The account is suspended',
}

const denied: Problem = {
  code: 'access_denied',
  description: 'The access was not allowed.',
  fix: 'Sign in again and allow the access.',
}
