import { expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { defaultSettings } from '../../src/ipc/settings.ts'
import { HostLink } from '../../src/main/host-link.ts'
import { keptDefaults } from '../../src/main/kept-settings.ts'
import { Settings } from '../../src/main/settings.ts'
import { SettingsDesk, type SettingsReach } from '../../src/main/settings-desk.ts'
import { BrokerError } from '../../src/protocol/index.ts'
import { active, ana, practice, snapshotOf } from '../renderer/support/snapshots.ts'
import { settle } from '../support/manual-clock.ts'
import { FakeHost } from './support/fake-host.ts'

const file = '/home/ana/app/settings.json'
const environment = { refreshIsFixed: false, logLevelIsFixed: false, vaultIsFixed: false }
const facts = { environment, startAtLogin: undefined, followScreen: async () => {}, systemLanguages: [] }

/** A desk beside a host with a policy, with settings whose writes are kept in a list. */
function desk(kept: Partial<typeof keptDefaults> = {}, reach: Partial<SettingsReach> = {}) {
  const policy = { ask: false }
  const hosts: FakeHost[] = []
  const start = async () => {
    const host = new FakeHost(snapshotOf([practice(active, ana)]))
    host.answers.set('policy', () => ({ ask: policy.ask, rules: [] }))
    host.answers.set('set_ask', ({ ask }: { ask: boolean }) => {
      policy.ask = ask
      return { ask, rules: [] }
    })
    hosts.push(host)
    return host
  }
  const link = new HostLink(start, { ...systemClock, after: (_delay, run) => systemClock.after(0, run) })
  const disk = { writes: [] as unknown[], full: false }
  const settings = new Settings(file, { kept: { ...keptDefaults, ...kept }, members: kept }, async (members) => {
    if (disk.full) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' })
    disk.writes.push(members)
  })
  const made = new SettingsDesk({ ...facts, settings, host: link, ...reach })
  const told = { changes: 0 }
  made.onChange(() => {
    told.changes += 1
  })
  return { desk: made, link, hosts, policy, disk, settings, told }
}

/** What a host was told of the settings. */
const choices = (host: FakeHost | undefined) =>
  host?.asked.filter(({ name }) => name === 'set_refresh_ahead' || name === 'set_log_level')

test('the switches are those of the menu; the one of the broker is unknown without a broker', async () => {
  const { desk: one, link, hosts } = desk()
  expect(one.switches()).toEqual({ lockWithScreen: false })
  await link.start()
  await settle()
  expect(one.switches()).toEqual({ askFirst: false, lockWithScreen: false })
  expect(await one.view()).toEqual({ settings: defaultSettings, askFirst: false, environment })
  hosts[0]?.end('It crashed.')
  expect((await one.view()).askFirst).toBeUndefined()
})

test('a host that was there before is asked and told as well', async () => {
  const first = desk({ refreshAhead: false })
  await first.link.start()
  first.policy.ask = true
  const { settings, link, hosts } = first
  const before = choices(hosts[0])?.length ?? 0
  const late = new SettingsDesk({ ...facts, settings, host: link })
  await settle()
  expect(late.switches().askFirst).toBe(true)
  expect(choices(hosts[0])?.slice(before)).toContainEqual({ name: 'set_refresh_ahead', value: { on: false } })
})

test('the screen is followed from the start when that is kept, and only then', async () => {
  const follows: boolean[] = []
  const followScreen = async (on: boolean) => void follows.push(on)
  await desk({ lockWithScreen: false }, { followScreen }).desk.start()
  expect(follows).toEqual([])
  await desk({ lockWithScreen: true }, { followScreen }).desk.start()
  expect(follows).toEqual([true])
})

test('a screen that cannot be followed leaves everything as it was, and the menu is told because its tick has moved', async () => {
  const followScreen = () => Promise.reject(new BrokerError('not_found', 'Nothing tells.'))
  const { desk: one, disk, told } = desk({}, { followScreen })
  const change = one.change({ lockWithScreen: true, hidePersonalData: true })
  await expect(change).rejects.toMatchObject({ code: 'not_found' })
  expect([one.current(), disk.writes, told.changes]).toEqual([keptDefaults, [], 1])
})

test('the switch of the broker is its policy, also when a command changes that', async () => {
  const { desk: one, link, hosts, policy, disk } = desk()
  await link.start()
  await settle()
  expect((await one.change({ askFirst: true })).askFirst).toBe(true)
  expect([policy.ask, disk.writes]).toEqual([true, []])
  policy.ask = false
  hosts[0]?.show(snapshotOf([], { sequence: 2 }))
  await settle()
  expect(one.switches().askFirst).toBe(false)
})

test('changes while the policy is asked for share one more question', async () => {
  const { link, hosts } = desk()
  await link.start()
  await settle()
  const asked = () => hosts[0]?.asked.filter(({ name }) => name === 'policy').length ?? 0
  const before = asked()
  for (let sequence = 2; sequence < 12; sequence += 1) hosts[0]?.show(snapshotOf([], { sequence }))
  await settle()
  expect(asked() - before).toBe(2)
})

test('every host that starts is told what was chosen, and a running one what is chosen anew', async () => {
  const { desk: one, link, hosts } = desk({ refreshAhead: false, logLevel: 'debug' })
  await link.start()
  const kept = [
    { name: 'set_refresh_ahead', value: { on: false } },
    { name: 'set_log_level', value: { level: 'debug' } },
  ]
  expect(choices(hosts[0])).toEqual(kept)
  hosts[0]?.show(snapshotOf([], { sequence: 2 }))
  expect(choices(hosts[0])).toEqual(kept)
  await one.change({ refreshAhead: true })
  expect(choices(hosts[0])?.slice(2)).toEqual([{ name: 'set_refresh_ahead', value: { on: true } }, kept[1]])

  hosts[0]?.end('It crashed.')
  await one.change({ logLevel: 'error' })
  await expect
    .poll(() => choices(hosts[1]))
    .toEqual([
      { name: 'set_refresh_ahead', value: { on: true } },
      { name: 'set_log_level', value: { level: 'error' } },
    ])
})

test('a full disk is told with the file, and the change holds all the same', async () => {
  const { desk: one, disk, told } = desk({}, { systemLanguages: ['de-AT'] })
  disk.full = true
  const change = one.change({ hidePersonalData: true })
  await expect(change).rejects.toMatchObject({ code: 'temporarily_unavailable', message: expect.stringContaining(file) })
  await expect(change).rejects.toThrow('ließ sich nicht schreiben')
  expect([one.current().hidePersonalData, told.changes]).toEqual([true, 1])
  disk.full = false
  await one.change({ startHidden: true })
  expect(disk.writes).toEqual([{ ...keptDefaults, hidePersonalData: true, startHidden: true }])
})

test('reset gives the usual settings, and neither moves the window nor welcomes again nor changes a permission', async () => {
  const windowBounds = { x: 1, y: 2, width: 3, height: 4 }
  const follows: boolean[] = []
  const kept = { hidePersonalData: true, lockWithScreen: true, welcomeDone: true, knowsThatItStays: true, windowBounds }
  const { desk: one, policy, disk } = desk(kept, { followScreen: async (on) => void follows.push(on) })
  policy.ask = true
  expect((await one.reset()).settings).toEqual(defaultSettings)
  expect([policy.ask, follows, one.welcomeDone()]).toEqual([true, [false], true])
  expect(disk.writes).toEqual([{ ...keptDefaults, welcomeDone: true, knowsThatItStays: true, windowBounds }])
})

test('the first steps end for good', async () => {
  const { desk: one, disk, told } = desk()
  expect(one.welcomeDone()).toBe(false)
  await one.endWelcome()
  expect([one.welcomeDone(), told.changes, disk.writes]).toEqual([true, 1, [{ ...keptDefaults, welcomeDone: true }]])
})

test('start at login is the system’s, and is refused in words where there is none', async () => {
  const system = { on: false }
  const set = async (on: boolean) => void Object.assign(system, { on })
  const startAtLogin = { read: async () => system.on, set, renew: async () => {} }
  const { desk: one, disk } = desk({}, { startAtLogin })
  expect((await one.view()).startAtLogin).toBe(false)
  expect((await one.change({ startAtLogin: true })).startAtLogin).toBe(true)
  expect(disk.writes).toEqual([])
  const without = desk().desk
  expect(await without.view()).not.toHaveProperty('startAtLogin')
  await expect(without.change({ startAtLogin: true })).rejects.toMatchObject({ code: 'invalid_request' })
})

test.each([
  ['system', ['fr', 'de-AT'], 'de', 'de-AT'],
  ['system', [], 'en', 'en-GB'],
  ['de', ['en-US'], 'de', 'de'],
  ['ar', ['en-US', 'ar-EG', 'ar'], 'ar', 'ar-EG'],
] as const)('the language %s on a desktop in %j is %s in %s', (language, systemLanguages, tag, locale) => {
  expect(desk({ language }, { systemLanguages }).desk.language()).toMatchObject({ tag, locale })
})

test('who is signed in is shown only where that is not hidden', async () => {
  const { desk: one } = desk()
  const snapshot = snapshotOf([practice(active, ana)])
  const intent = { kind: 'signed_in', account: 'practice-5e6f7a8b', ...ana } as const
  const shown = () => JSON.stringify([one.shown(snapshot), one.shownIntent(intent)])
  expect(shown()).toContain(ana.identity.email)
  await one.change({ hidePersonalData: true })
  expect(shown()).not.toContain('silva')
  expect(shown()).toContain('a•••')
  expect(one.shown(undefined)).toBeUndefined()
  expect(one.shownIntent({ kind: 'page', page: 'settings' })).toEqual({ kind: 'page', page: 'settings' })
})
