import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Conf from 'conf'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { defaultSettings } from '../../src/ipc/settings.ts'
import { languageOf, languageTags } from '../../src/ipc/words/index.ts'
import { keptDefaults } from '../../src/main/kept-settings.ts'
import { Settings } from '../../src/main/settings.ts'
import { readSettingsFile } from '../../src/main/settings-file.ts'
import { damageProblem } from '../../src/main/settings-problem.ts'
import { settingsWriter } from '../../src/main/settings-writer.ts'
import { propertyTimeout } from '../support/property-runs.ts'

const noLibrary = vi.hoisted(() => ({ loads: 0 }))
vi.mock('electron-store', () => {
  noLibrary.loads += 1
  return {}
})

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tt-settings-'))
  file = join(folder, 'settings.json')
})
afterEach(async () => {
  expect(noLibrary.loads, 'a start does not load the library').toBe(0)
  await rm(folder, { recursive: true, force: true })
})

/** The library below electron-store, which differs from it in the folder alone. */
const write = () => settingsWriter(folder, async ({ name, ...options }) => new Conf({ ...options, configName: name }))
const open = async () => new Settings(file, await readSettingsFile(folder), write())
const onDisk = async () => JSON.parse(await readFile(file, 'utf8'))
const aside = (number = 1) => join(folder, `settings.damaged-${number}.json`)

test('no file gives the defaults, and makes none', async () => {
  expect(await readSettingsFile(folder)).toEqual({ kept: keptDefaults, members: {} })
  expect(await readdir(folder)).toEqual([])
})

test('a file of the first version goes on, and keeps what it said', async () => {
  const first = { windowBounds: { x: -5, y: 20, width: 360, height: 400 }, knowsThatItStays: true, lockWithScreen: true }
  await writeFile(file, JSON.stringify(first))
  const settings = await open()
  expect(settings.current()).toEqual({ ...keptDefaults, ...first })
  await settings.change({ startHidden: true })
  expect((await open()).current()).toEqual({ ...keptDefaults, ...first, startHidden: true })
  expect(await readdir(folder)).toEqual(['settings.json'])
})

test('everything that can be chosen survives, for its owner only', async () => {
  const chosen = {
    ...defaultSettings,
    language: 'ar' as const,
    notices: { ...defaultSettings.notices, consent: false },
    quietHours: { on: true, from: 1439, to: 0 },
    usageThresholds: [{ window: '5 hours', percents: [50, 100] }],
    logLevel: 'debug' as const,
  }
  await (await open()).change(chosen)
  expect((await open()).current()).toEqual({ ...keptDefaults, ...chosen })
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(await readdir(folder)).toEqual(['settings.json'])
})

test('what only a newer version knows is neither a damage nor lost', async () => {
  const newer = {
    sound: { name: 'bell' },
    notices: { consent: false, key_expires: true },
    quietHours: { on: true, days: [6, 7] },
    usageThresholds: [{ window: 'week', percents: [90], sound: true }],
  }
  await writeFile(file, JSON.stringify(newer))
  const settings = await open()
  expect(settings.current()).toEqual({
    ...keptDefaults,
    notices: { ...defaultSettings.notices, consent: false },
    quietHours: { ...defaultSettings.quietHours, on: true },
    usageThresholds: [{ window: 'week', percents: [90] }],
  })
  await settings.change({ notices: defaultSettings.notices, hidePersonalData: true })
  expect(await onDisk()).toMatchObject({
    ...newer,
    hidePersonalData: true,
    notices: { ...defaultSettings.notices, key_expires: true },
  })
})

const damages: readonly (readonly [string, string | Buffer])[] = [
  ['nothing', ''],
  ['half of itself', '{"knowsThatItStays": tr'],
  ['no object', '["settings"]'],
  ['null', 'null'],
  ['bytes', Buffer.from([0xff, 0xfe, 0, 0x7b])],
  ['a wrong type', '{"lockWithScreen": "yes"}'],
  ['a wrong type within', '{"notices": {"consent": 1}}'],
  ['null for a member', '{"quietHours": null}'],
  ['a minute that no day has', '{"quietHours": {"from": 1440}}'],
  ['a language that is none', '{"language": "tlh"}'],
  ['a window without a height', '{"windowBounds": {"x": 0, "y": 0, "width": 1}}'],
  ['a window of no size', '{"windowBounds": {"x": 0, "y": 0, "width": 0, "height": 9}}'],
  ['a percent above all', '{"usageThresholds": [{"window": "week", "percents": [101]}]}'],
  ['far too much', `{"a": "${'x'.repeat(300_000)}"}`],
  ['far too deep', '['.repeat(100_000)],
]

test.each(damages)('a file with %s is set aside as it is', async (_what, text) => {
  await writeFile(file, text)
  expect(await readSettingsFile(folder)).toEqual({ kept: keptDefaults, members: {}, damage: { file, aside: aside() } })
  expect(await readFile(aside())).toEqual(Buffer.from(text))
  expect(await readdir(folder)).toEqual(['settings.damaged-1.json'])
  const next = await open()
  expect(next.damage).toBeUndefined()
  await next.change({ startHidden: true })
  expect((await open()).current().startHidden).toBe(true)
})

test('a folder, a pipe and a link in a circle are set aside as well, and no file over another', async () => {
  await mkdir(file)
  expect((await readSettingsFile(folder)).damage?.aside).toBe(aside(1))
  execFileSync('mkfifo', [file])
  expect((await readSettingsFile(folder)).damage?.aside).toBe(aside(2))
  await symlink('settings.json', file)
  expect((await readSettingsFile(folder)).damage?.aside).toBe(aside(3))
  await symlink('nowhere', aside(4))
  await writeFile(file, '?')
  expect((await readSettingsFile(folder)).damage?.aside).toBe(aside(5))
})

test.skipIf(process.getuid?.() === 0)('a file that may not be read is set aside', async () => {
  await writeFile(file, '{}')
  await chmod(file, 0)
  expect((await readSettingsFile(folder)).damage?.aside).toBe(aside())
})

test('a file that a link leads to is read and written where it is', async () => {
  await mkdir(join(folder, 'elsewhere'))
  const real = join(folder, 'elsewhere', 'mine.json')
  await writeFile(real, '{"startHidden": true}')
  await symlink(real, file)
  const settings = await open()
  expect(settings.current().startHidden).toBe(true)
  await settings.change({ hidePersonalData: true })
  expect(JSON.parse(await readFile(real, 'utf8'))).toMatchObject({ startHidden: true, hidePersonalData: true })
})

test('a failed write is told, holds in memory and is made good with the next one', async () => {
  const settings = await open()
  await mkdir(file)
  await expect(settings.change({ hidePersonalData: true })).rejects.toMatchObject({ code: expect.stringMatching(/^E/) })
  expect(settings.current().hidePersonalData).toBe(true)
  await rm(file, { recursive: true })
  await settings.change({ startHidden: true })
  expect(await onDisk()).toMatchObject({ hidePersonalData: true, startHidden: true })
})

test('a library that leaves half of the file behind is not believed', async () => {
  const half = settingsWriter(folder, async ({ serialize }) => ({
    get store(): Record<string, unknown> {
      return {}
    },
    set store(members: Record<string, unknown>) {
      execFileSync('tee', [file], { input: serialize(members).slice(0, 40), stdio: ['pipe', 'ignore', 'ignore'] })
    },
  }))
  const settings = new Settings(file, await readSettingsFile(folder), half)
  await expect(settings.change({ startHidden: true })).rejects.toThrow('not whole')
  expect(settings.current().startHidden).toBe(true)
})

test('an end can wait for what is not written yet, also when that fails', async () => {
  const settings = await open()
  void settings.change({ startHidden: true })
  await settings.settled()
  expect(await onDisk()).toMatchObject({ startHidden: true })
  await rm(file)
  await mkdir(file)
  const failed = settings.change({ startHidden: false }).catch(() => 'told')
  await settings.settled()
  expect(await failed).toBe('told')
})

test('of many changes at once, the last one is what stays', async () => {
  const settings = await open()
  const changes = Array.from({ length: 20 }, (_, minute) => settings.change({ quietHours: { on: true, from: minute, to: 0 } }))
  await Promise.all([...changes, settings.change({ startHidden: true })])
  expect(await onDisk()).toMatchObject({ quietHours: { from: 19 }, startHidden: true })
})

test('a file that is damaged while the app runs is written anew from memory', async () => {
  const settings = await open()
  await settings.change({ startHidden: true })
  await writeFile(file, '{ broken')
  await settings.change({ hidePersonalData: true })
  expect(await onDisk()).toMatchObject({ startHidden: true, hidePersonalData: true })
})

test.each(languageTags)('a damage names the file in %s', (tag) => {
  const { words } = languageOf(tag)
  const moved = damageProblem({ file, aside: aside() }, words)
  expect(moved.description).toContain(aside())
  const stuck = damageProblem({ file, aside: undefined }, words)
  expect(stuck.description).toContain(file)
  expect(moved.fix).not.toBe(stuck.fix)
})

/** Anything, and often something near to settings. */
const nearly = fc.oneof(
  fc.jsonValue(),
  fc.record(
    {
      language: fc.oneof(fc.constantFrom('system', 'de'), fc.jsonValue()),
      startHidden: fc.oneof(fc.boolean(), fc.jsonValue()),
      notices: fc.oneof(fc.dictionary(fc.constantFrom('consent', 'other'), fc.boolean()), fc.jsonValue()),
      quietHours: fc.oneof(fc.record({ from: fc.integer({ min: -1, max: 1440 }) }), fc.jsonValue()),
      other: fc.jsonValue(),
    },
    { requiredKeys: [] },
  ),
)

test(
  'any JSON value is either kept with all that it says, or set aside with the defaults in force',
  async () => {
    await fc.assert(
      fc.asyncProperty(nearly, async (value) => {
        const text = JSON.stringify(value)
        await writeFile(file, text)
        const { kept, members, damage } = await readSettingsFile(folder)
        if (damage === undefined) {
          expect(JSON.stringify(members)).toBe(text)
          for (const [name, expected] of Object.entries(kept)) {
            if (Object.hasOwn(members, name)) expect(expected).toMatchObject(known(members[name], expected) as object)
            else expect(expected).toEqual(Reflect.get(keptDefaults, name))
          }
        } else {
          expect(kept).toEqual(keptDefaults)
          expect(await readFile(damage.aside ?? '', 'utf8')).toBe(text)
          await rm(damage.aside ?? '')
        }
      }),
      { numRuns: 500 },
    )
  },
  propertyTimeout,
)

/** The part of a member that this version knows. */
function known(said: unknown, held: unknown): unknown {
  if (typeof said !== 'object' || said === null || Array.isArray(said)) return said
  return Object.fromEntries(Object.entries(said).filter(([name]) => Object.hasOwn(held as object, name)))
}
