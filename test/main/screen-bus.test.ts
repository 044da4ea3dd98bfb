import { execFile } from 'node:child_process'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import dbus from 'dbus-next'
import { afterEach, expect, test, vi } from 'vitest'
import { screenEvents, watchScreenBus } from '../../src/main/screen-bus.ts'
import type { ScreenEvent } from '../../src/main/screen-lock.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { connectToBus } from '../support/session-bus.ts'

const run = promisify(execFile)
const ends: (() => unknown)[] = []

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** A folder for `PATH` with these programs of the system and these scripts. */
async function programs(real: readonly string[], scripts: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = await mkdtemp('/tmp/tt-path-')
  ends.push(() => rm(folder, { recursive: true }))
  for (const name of real) await symlink((await run('which', [name])).stdout.trim(), join(folder, name))
  for (const [name, body] of Object.entries(scripts)) {
    await writeFile(join(folder, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 })
  }
  return folder
}

type Signal = (path: string, iface: string, member: string, ...body: boolean[]) => void

/** A program on the session bus of this test that owns `name` and sends signals. */
async function owner(name: string): Promise<Signal> {
  const bus = connectToBus(process.env)
  ends.push(() => bus.disconnect())
  expect(await bus.requestName(name, 0)).toBe(dbus.RequestNameReply.PRIMARY_OWNER)
  return (path, iface, member, ...body) =>
    bus.send(dbus.Message.newSignal(path, iface, member, body.length === 0 ? '' : 'b', body))
}

/** A desktop with two screen savers, each a program of its own, and logind. */
async function desktop() {
  const names = ['org.gnome.ScreenSaver', 'org.freedesktop.ScreenSaver'] as const
  const [gnome, other] = [await owner(names[0]), await owner(names[1])]
  const login = await owner('org.freedesktop.login1')
  return {
    gnome: (active: boolean) => gnome('/org/gnome/ScreenSaver', names[0], 'ActiveChanged', active),
    other: (active: boolean) => other('/org/freedesktop/ScreenSaver', names[1], 'ActiveChanged', active),
    logind: (member: string, session = '_32') =>
      login(`/org/freedesktop/login1/session/${session}`, 'org.freedesktop.login1.Session', member),
  }
}

const env = (path: string) => ({
  ...process.env,
  PATH: path,
  DBUS_SYSTEM_BUS_ADDRESS: process.env.DBUS_SESSION_BUS_ADDRESS,
  XDG_SESSION_ID: '2',
})

for (const program of ['dbus-monitor', 'gdbus']) {
  test(`${program} hears every screen saver, and the lock of this session and no other`, async () => {
    const { gnome, other, logind } = await desktop()
    const heard: ScreenEvent[] = []
    const stop = await watchScreenBus({
      listener: (event) => heard.push(event),
      env: env(await programs([program])),
      clock: new ManualClock(),
    })
    ends.push(stop)
    const quiet = async () => {
      await new Promise((resolve) => setTimeout(resolve, 300))
      return heard.splice(0)
    }
    // A monitor does not tell when it has begun to listen.
    for (const send of [() => gnome(false), () => other(false), () => logind('Unlock')]) {
      const again = () => {
        send()
        expect(heard).toContain('unlocked')
      }
      await vi.waitFor(again, { timeout: 10_000, interval: 100 })
      expect(new Set(await quiet())).toEqual(new Set(['unlocked']))
    }
    const next = async (act: () => void) => {
      act()
      await vi.waitFor(() => expect(heard).not.toEqual([]), { timeout: 5_000 })
      return heard.splice(0)
    }
    expect(await next(() => gnome(true))).toEqual(['locked'])
    expect(await next(() => gnome(false))).toEqual(['unlocked'])
    expect(await next(() => other(true))).toEqual(['locked'])
    expect(await next(() => logind('Lock'))).toEqual(['locked'])
    logind('Lock', '_33')
    logind('PauseDevice')
    expect(await next(() => logind('Unlock'))).toEqual(['unlocked'])
    stop()
    gnome(true)
    expect(await quiet()).toEqual([])
  })
}

test('a monitor that ends is started again, and none is left when it is stopped', async () => {
  const path = await programs(['sleep'], {
    'dbus-monitor': `echo "$$" >> "$RUNS"; [ "$1" = --session ] || exec sleep 60; exit 1`,
  })
  const runs = join(path, 'runs')
  const pids = async () => (await run('cat', [runs]).catch(() => ({ stdout: '' }))).stdout.trim().split('\n').filter(Boolean)
  const clock = new ManualClock()
  const stop = await watchScreenBus({ listener: () => {}, env: { ...env(path), RUNS: runs }, clock })
  ends.push(stop)
  await vi.waitFor(() => expect(clock.pending).toBe(1))
  expect(await pids()).toHaveLength(2)
  await clock.advance(30_000)
  await vi.waitFor(async () => expect(await pids()).toHaveLength(3))
  await vi.waitFor(() => expect(clock.pending).toBe(1))
  stop()
  expect(clock.pending).toBe(0)
  await vi.waitFor(async () => {
    for (const pid of await pids()) expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH')
  })
})

test('without any program it is said what to install', async () => {
  const watching = watchScreenBus({ listener: () => {}, env: env(await programs([])), clock: new ManualClock() })
  await expect(watching).rejects.toMatchObject({ code: 'not_found', fix: expect.stringContaining('dbus-monitor') })
})

test('only the argument of the signal itself counts', () => {
  const heard: ScreenEvent[] = []
  const read = screenEvents((event) => heard.push(event))
  const lines = [
    'signal time=1.5 sender=:1.2 -> destination=(null destination) serial=4 path=/; interface=org.x.Saver; member=ActiveChanged',
    '   boolean true',
    'signal time=1.5 sender=:1.2 -> destination=(null destination) serial=5 path=/; interface=org.gnome.ScreenSaver; member=Other',
    '   boolean true',
    '   string "interface=org.gnome.ScreenSaver; member=ActiveChanged"',
    '   boolean true',
    '/org/gnome/ScreenSaver: org.gnome.ScreenSaver.ActiveChanged (uint32 1,)',
    'The name org.gnome.ScreenSaver is owned by :1.2',
  ]
  for (const line of lines) read(line)
  expect(heard).toEqual([])
})
