import type { TestInfo } from '@playwright/test'
import type { Problem, View } from '../../src/ipc/channels.ts'
import type { CheckResult } from '../../src/protocol/index.ts'
import { among, everyRow } from './support/providers.ts'
import {
  absent,
  active,
  ana,
  backingOff,
  ben,
  broken,
  byDevice,
  byPaste,
  claimed,
  codex,
  ended,
  endedElsewhere,
  foreign,
  inBrowser,
  inMemory,
  locked,
  lockedByPerson,
  lockedOut,
  otherPerson,
  passphraseNeeded,
  passphraseUnset,
  practice,
  proven,
  refreshing,
  signedOut,
  snapshotOf,
  view,
  viewOf,
} from './support/snapshots.ts'
import { expect, type TestWindow, test } from './support/window.ts'

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
const looks: Readonly<Record<string, View>> = {
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
  starting: viewOf(undefined),
  'broker gone': viewOf(undefined, 'popover', {
    code: 'internal_error',
    description: 'The broker of the app ended: it ended with code 1.',
    fix: 'It is started again by itself.',
  }),
}

/** What needs a step of the person first. */
const steps: Readonly<Record<string, { readonly from: View; readonly step: (tray: TestWindow) => Promise<unknown> }>> = {
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

async function picture(tray: TestWindow, info: TestInfo, name: string): Promise<void> {
  // A card that has just come is not pressed yet, and looks like it.
  await expect(tray.page.locator('.approval [aria-busy=true]')).toHaveCount(0)
  const fits = await tray.asked('window:fit')
  const height = fits.at(-1)?.height ?? 0
  expect(height).toBeGreaterThan(80)
  await tray.page.setViewportSize({ width: 360, height: Math.min(height, 640) })
  await tray.page.screenshot({ path: info.outputPath(`${name.replaceAll(' ', '-')}.png`) })
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`in ${colorScheme} colours`, () => {
    test.use({ colorScheme, deviceScaleFactor: 2 })
    for (const [name, look] of Object.entries(looks)) {
      test(`shows ${name}`, async ({ tray }, info) => {
        await tray.open(look)
        await picture(tray, info, `${name} ${colorScheme}`)
      })
    }
    for (const [name, { from, step }] of Object.entries(steps)) {
      test(`shows ${name}`, async ({ tray }, info) => {
        await tray.open(from)
        await step(tray)
        await picture(tray, info, `${name} ${colorScheme}`)
      })
    }
  })
}

/** As a popover looks at 200 %, where only half the room is left. */
test.describe('at 200 %', () => {
  test.use({ deviceScaleFactor: 4, viewport: { width: 180, height: 320 } })
  const ground = ['two tools ask', 'first passphrase', 'locked', 'ended by another program', 'switched off', 'active']
  const signIns = ['some accounts and the other providers', 'device code', 'somebody else', 'keys']
  const unfolded = ['the rules of OpenAI', 'a key that was refused', 'another account']
  for (const name of [...ground, ...signIns, ...unfolded]) {
    test(`shows ${name} without anything beside the page`, async ({ tray }, info) => {
      await tray.open(looks[name] ?? steps[name]?.from ?? view())
      await steps[name]?.step(tray)
      const cut = await tray.page.evaluate(() =>
        [...document.querySelectorAll('button, input, h2, p')]
          .filter((element) => {
            const { left, right } = element.getBoundingClientRect()
            return left < 0 || right > document.documentElement.clientWidth
          })
          .map((element) => element.textContent),
      )
      expect(cut).toEqual([])
      expect(await tray.page.evaluate(() => document.documentElement.scrollWidth)).toBe(180)
      await expect(tray.page.locator('.approval [aria-busy=true]')).toHaveCount(0)
      const height = (await tray.asked('window:fit')).at(-1)?.height ?? 0
      await tray.page.setViewportSize({ width: 180, height: Math.min(height, 640) })
      await tray.page.screenshot({ path: info.outputPath(`${name.replaceAll(' ', '-')}-200.png`) })
    })
  }
})
