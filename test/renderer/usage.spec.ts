import type { View } from '../../src/ipc/channels.ts'
import type { AccountUsage } from '../../src/protocol/index.ts'
import { active, ana, codex, noon, view } from './support/snapshots.ts'
import { expect, test } from './support/window.ts'

const account = 'openai-codex-1a2b3c4d'

const showing = (figures: Partial<AccountUsage>, more: Partial<View> = {}): View => ({
  ...view(codex(active, ana)),
  usage: [{ account, provider: 'openai-codex', windows: [], stale: false, fetched_at: noon - 60, ...figures }],
  ...more,
})

test('each limit is a meter that says its name, how much is used and when it begins anew', async ({ tray }) => {
  await tray.open(
    showing({
      windows: [
        { name: '5 hours', used_percent: 42.9, resets_at: noon + 7_500 },
        { name: 'week', used_percent: 3 },
      ],
    }),
  )
  const list = tray.page.getByRole('list', { name: 'Usage of OpenAI Codex (ana.silva@example.com)' })
  await expect(list.getByRole('listitem')).toHaveText(['5 hours42% used · resets in 2 hrs 5 mins', 'Week3% used'])
  const meter = list.getByRole('meter', { name: '5 hours: 42% used' })
  await expect(meter).toHaveJSProperty('value', 42)
  await tray.passed(7_200)
  await expect(list).toContainText('resets in 5 mins')
})

test('no figure is made up: a limit beyond its end, one that has begun anew, and none at all', async ({ tray }) => {
  await tray.open(
    showing({
      windows: [
        { name: 'week', used_percent: 104 },
        { name: '5 hours', used_percent: 100, resets_at: noon - 1 },
      ],
    }),
  )
  const meters = tray.page.getByRole('meter')
  await expect(meters.nth(0)).toHaveJSProperty('value', 100)
  await expect(meters.nth(1)).toHaveJSProperty('value', 0)
  await expect(tray.page.getByText('104% used')).toBeVisible()
  await expect(tray.page.getByText('has begun anew')).toBeVisible()
  await tray.show(showing({}))
  await expect(tray.page.getByRole('list', { name: /^Usage/ })).toHaveCount(0)
})

test('old figures say how old they are and why there are no newer ones', async ({ tray }) => {
  const error = { code: 'rate_limited', description: 'It asks to be left alone.' }
  await tray.open(showing({ windows: [{ name: 'week', used_percent: 12 }], stale: true, fetched_at: noon - 4_000, error }))
  await expect(tray.page.getByText('as of 1 hr 6 mins ago · It asks to be left alone.')).toBeVisible()
})

test('credits stand as what is left', async ({ tray }) => {
  await tray.open(showing({ credits: { remaining: 12.5, unit: 'USD' } }))
  await expect(tray.page.getByRole('listitem').filter({ hasText: 'Credits' }).last()).toHaveText('Credits12.5 USD left')
})

test('the figures of an account that is not shown are not shown', async ({ tray }) => {
  await tray.open(showing({ account: 'gone', windows: [{ name: 'week', used_percent: 12 }] }))
  await expect(tray.page.getByRole('meter')).toHaveCount(0)
})

test('the figures are asked for when the accounts are shown', async ({ tray }) => {
  await tray.open(view(codex(active, ana)))
  await expect.poll(() => tray.asked('usage:look')).toEqual([undefined])
})

test('a row says which tools took tokens lately, whatever they call themselves', async ({ tray }) => {
  await tray.open(view(codex(active, ana)))
  const entry = (name: string, before: number) => ({
    at: noon - before,
    caller: { name, proof: 'claimed' as const },
    provider: 'openai-codex',
    account,
    outcome: 'handed_out' as const,
    count: 1,
  })
  await tray.reply('activity:get', {
    ok: true,
    value: [entry('aider', 400), entry('x'.repeat(64), 300), entry('pi', 200), entry('a.\u202eb', 100), entry('codex', 10)],
  })
  await tray.show(view(codex(active, ana)))
  await expect(tray.page.getByText('Used lately by')).toHaveText(`Used lately by codex, a.\ufffdb, pi, 2 more`)
  // It is about the account, so that it stays with it when something unfolds.
  const used = await tray.page.getByText('Used lately by').boundingBox()
  await tray.page.getByRole('button', { name: 'Sign out of OpenAI Codex' }).click()
  const unfolded = await tray.page.getByText('Tools on this computer lose access').boundingBox()
  expect(await tray.page.getByText('Used lately by').boundingBox()).toEqual(used)
  expect(unfolded?.y).toBeGreaterThan(used?.y ?? Number.POSITIVE_INFINITY)
})
