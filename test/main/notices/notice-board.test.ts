import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { type AppSettings, defaultSettings } from '../../../src/ipc/settings.ts'
import { english, languageOf } from '../../../src/ipc/words/index.ts'
import { NoticeBoard } from '../../../src/main/notices/notice-board.ts'
import type { SaidNotice } from '../../../src/main/notices/notice-words.ts'
import { nothingTold } from '../../../src/main/notices/told.ts'
import { ToldFile } from '../../../src/main/notices/told-file.ts'
import type { BrokerSnapshot } from '../../../src/protocol/index.ts'
import { active, ana, asked, ended, noon, snapshotOf } from '../../renderer/support/snapshots.ts'
import { ManualClock, settle } from '../../support/manual-clock.ts'
import { figures, own } from './facts.ts'

const ends: (() => unknown)[] = []
const day = 86_400_000

afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

async function folder(): Promise<string> {
  const made = await mkdtemp('/tmp/tt-told-')
  // The board may still be writing.
  ends.push(() => rm(made, { recursive: true, force: true, maxRetries: 5 }))
  return made
}

/** A board whose sources and time are the test's. */
async function board(path?: string) {
  const clock = new ManualClock(noon * 1000)
  const world = {
    snapshot: snapshotOf([{ ...own, ...ana, state: ended }]) as BrokerSnapshot | undefined,
    usage: [figures({ used_percent: 0 })],
    settings: defaultSettings as AppSettings,
    language: english,
  }
  const listeners: (() => void)[] = []
  const onChange = (listener: () => void) => listeners.push(listener)
  const shown: SaidNotice[] = []
  const takenBack: string[] = []
  const made = new NoticeBoard(
    {
      host: { snapshot: () => world.snapshot, onChange },
      usage: { current: () => world.usage, onChange },
      settings: () => world.settings,
      language: () => world.language,
      clock,
    },
    { show: (notice) => shown.push(notice), takeBack: (key) => takenBack.push(key) },
    new ToldFile(path ?? join(await folder(), 'notices.json')),
  )
  const change = () => {
    for (const listener of listeners) listener()
  }
  return { made, clock, world, shown, takenBack, change }
}

test('a sign-in that is to be made in another program is not offered here: the window says where', async () => {
  const { made, world, shown } = await board()
  world.snapshot = snapshotOf([{ ...own, ...ana, ...asked, state: ended }])
  await made.start()
  expect(shown).toMatchObject([{ click: { kind: 'open' }, buttons: [{ action: { kind: 'open' } }] }])
})

test('nothing is told before it is known what was told, and each cause once', async () => {
  const path = join(await folder(), 'notices.json')
  const first = await board(path)
  first.change()
  expect(first.shown).toEqual([])
  await first.made.start()
  first.change()
  expect(first.shown).toMatchObject([
    {
      title: 'OpenAI Codex (ana.silva@example.com): sign-in needed',
      buttons: [{ label: 'Sign in again', action: { kind: 'sign_in', account: own.id } }],
    },
  ])
  await expect.poll(() => readFile(path, 'utf8').catch(() => '')).toContain(own.id)
})

test('another start reads what was told, and nothing of it says who it is', async () => {
  const path = join(await folder(), 'notices.json')
  await (await board(path)).made.start()
  await expect.poll(() => readFile(path, 'utf8').catch(() => '')).toContain(own.id)
  expect(await readFile(path, 'utf8')).not.toContain('ana')
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  const second = await board(path)
  await second.made.start()
  expect(second.shown).toEqual([])
})

test.each([
  ['no JSON', '{"sign_ins":'],
  ['another shape', '{"sign_ins":[{"account":1}]}'],
  ['null', 'null'],
  ['far too long', `"${'x'.repeat(300_000)}"`],
])('a file that is %s counts as none', async (_, text) => {
  const path = join(await folder(), 'notices.json')
  await writeFile(path, text)
  expect(await new ToldFile(path).read()).toEqual(nothingTold)
  const { made, shown } = await board(path)
  await made.start()
  expect(shown).toHaveLength(1)
  await expect.poll(() => readFile(path, 'utf8')).toContain(own.id)
})

test('where nothing can be written, the board goes on', async () => {
  const { made, shown, change, world } = await board(join(await folder(), 'missing', 'notices.json'))
  await made.start()
  change()
  expect(shown).toHaveLength(1)
  world.snapshot = snapshotOf([{ ...own, state: active }])
  change()
  world.snapshot = snapshotOf([{ ...own, state: ended }])
  change()
  expect(shown).toHaveLength(2)
})

test('time alone has one timer, and none where time changes nothing', async () => {
  const { made, clock, shown, world, change } = await board()
  await made.start()
  change()
  expect(clock.pending).toBe(1)
  await clock.advance(day - 1000)
  expect(shown).toHaveLength(1)
  await clock.advance(1000)
  expect(shown).toHaveLength(2)
  world.snapshot = snapshotOf([{ ...own, state: active }])
  change()
  await settle()
  expect(clock.pending).toBe(0)
})

test('personal data is hidden, and the words are of the language', async () => {
  const { made, shown, world } = await board()
  world.settings = { ...defaultSettings, hidePersonalData: true }
  world.language = languageOf('de')
  await made.start()
  expect(shown).toMatchObject([{ title: 'OpenAI Codex (a•••): Anmeldung nötig' }])
  expect(JSON.stringify(shown)).not.toContain('ana')
})

test('what a tool asks has its answers on buttons, and a click beside them only looks', async () => {
  const { made, shown, takenBack, world, change } = await board()
  const caller = { name: 'co\u202edex', proof: 'claimed' as const, parent: '/usr/bin/evil\n' }
  const approval = { id: 'one', caller, account: own.id, provider: own.provider, expires_at: noon + 30 }
  world.snapshot = { ...snapshotOf([{ ...own, state: active }]), approvals: [approval] }
  await made.start()
  expect(shown[0]).toMatchObject({
    key: 'consent:one',
    title: 'co\u{fffd}dex asks for OpenAI Codex',
    urgent: true,
    click: { kind: 'open' },
  })
  expect(shown[0]?.body).not.toMatch(/[\n\u202e]/)
  expect(shown[0]?.buttons.map(({ action }) => action)).toMatchObject([{ decision: 'once' }, { decision: 'deny' }])
  world.snapshot = undefined
  change()
  expect(takenBack).toContain('consent:one')
})

test('a limit is told with what the provider said and opens the window', async () => {
  const { made, shown, world } = await board()
  world.snapshot = snapshotOf([{ ...own, state: active }])
  world.usage = [figures({ used_percent: 130.7, resets_at: noon + 7200 })]
  await made.start()
  expect(shown).toMatchObject([
    { title: 'OpenAI Codex: 5 hours', body: expect.stringMatching(/^130\s?% used · resets in 2/), click: { kind: 'open' } },
  ])
})

test.each(['en', 'de', 'ar'] as const)('the words in %s set names apart without a sign that the desktop draws', async (tag) => {
  const { made, shown, world } = await board()
  world.language = languageOf(tag)
  const caller = { name: 'codex', proof: 'proven' as const, parent: '/usr/bin/bash' }
  const approval = { id: 'one', caller, account: own.id, provider: own.provider, expires_at: noon + 30 }
  world.snapshot = { ...snapshotOf([{ ...own, state: active }]), approvals: [approval] }
  world.usage = [figures({ used_percent: 99, resets_at: noon + 7200 })]
  await made.start()
  expect(shown).toHaveLength(2)
  expect(JSON.stringify(shown)).not.toContain('\u{fffd}')
})

test('a text that is cut off keeps its last character whole', async () => {
  const { made, shown, world } = await board()
  world.snapshot = snapshotOf([{ ...own, provider_name: '🦊'.repeat(400), state: ended }])
  await made.start()
  expect(shown[0]?.title).toBe(`${'🦊'.repeat(299)}…`)
})
