import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Clock } from '../core/index.ts'
import { BrokerError } from '../protocol/index.ts'
import type { ScreenEvent } from './screen-lock.ts'

export interface ScreenBusOptions {
  readonly listener: (event: ScreenEvent) => void
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
}

/** A program of the system with its arguments, which prints what it hears on a bus. */
type Monitor = readonly [program: string, ...args: string[]]

/** Milliseconds before a monitor that ended is started again. */
const pause = 30_000

/**
 * Follows the screen of a Linux desktop: `ActiveChanged` of its screen saver on the session bus, and `Lock` and `Unlock` of its
 * session, which logind sends to lockers without a screen saver. A small program of the system listens, which spares a D-Bus
 * library for two booleans. Rejects with `not_found` when there is no such program.
 */
export async function watchScreenBus({ listener, env, clock }: ScreenBusOptions): Promise<() => void> {
  for (const monitors of choices(env)) {
    const running = monitors.map((monitor) => new RunningMonitor(monitor, { listener, env, clock }))
    const started = await Promise.all(running.map((monitor) => monitor.start()))
    const stop = () => {
      for (const monitor of running) monitor.stop()
    }
    if (started.every(Boolean)) return stop
    stop()
  }
  throw new BrokerError('not_found', 'Nothing on this computer tells when the screen locks.', {
    fix: 'Install `dbus-monitor` (package dbus-bin or dbus-tools) or `gdbus` (package libglib2.0-bin or glib2), and switch it on again.',
  })
}

/** D-Bus's own program hears every screen saver at once; GLib's needs one process for each. */
function choices(env: ScreenBusOptions['env']): readonly (readonly Monitor[])[] {
  const signal = "type='signal'"
  const session = sessionPath(env.XDG_SESSION_ID)
  const logind = 'org.freedesktop.login1'
  const onLogind = (...monitor: Monitor): readonly Monitor[] => (session === undefined ? [] : [monitor])
  return [
    [
      ['dbus-monitor', '--session', `${signal},member='ActiveChanged'`],
      ...onLogind('dbus-monitor', '--system', `${signal},interface='${logind}.Session',path='${session}'`),
    ],
    [
      ['gdbus', 'monitor', '--session', '--dest', 'org.freedesktop.ScreenSaver'],
      ['gdbus', 'monitor', '--session', '--dest', 'org.gnome.ScreenSaver'],
      ...onLogind('gdbus', 'monitor', '--system', '--dest', logind, '--object-path', session ?? ''),
    ],
  ]
}

/** Where logind has the session: in a bus path, a digit that comes first and everything but letters and digits is `_` and its code. */
function sessionPath(id: string | undefined): string | undefined {
  if (!id) return undefined
  const label = id.replaceAll(/^\d|[^A-Za-z0-9]/g, (character) => `_${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
  return `/org/freedesktop/login1/session/${label}`
}

class RunningMonitor {
  readonly #monitor: Monitor
  readonly #options: ScreenBusOptions
  #child: ChildProcess | undefined
  #stopped = false
  #cancelRestart = () => {}

  constructor(monitor: Monitor, options: ScreenBusOptions) {
    this.#monitor = monitor
    this.#options = options
  }

  /** Whether the program is there. One that ends later is started again, as the bus may have been started again. */
  start(): Promise<boolean> {
    const [program, ...args] = this.#monitor
    const child = spawn(program, args, { env: { ...this.#options.env, LC_ALL: 'C' }, stdio: ['ignore', 'pipe', 'ignore'] })
    this.#child = child
    const read = screenEvents(this.#options.listener)
    createInterface({ input: child.stdout }).on('line', read)
    child.once('exit', () => {
      if (!this.#stopped) this.#cancelRestart = this.#options.clock.after(pause, () => void this.start())
    })
    return new Promise((resolve) => {
      child.once('spawn', () => resolve(true))
      child.once('error', () => resolve(false))
    })
  }

  stop(): void {
    this.#stopped = true
    this.#cancelRestart()
    this.#child?.kill()
  }
}

/**
 * Reads the lines of a monitor. GLib's prints a signal in one line, `/path: org.gnome.ScreenSaver.ActiveChanged (true,)`; D-Bus's
 * prints its arguments below it.
 */
export function screenEvents(listener: (event: ScreenEvent) => void): (line: string) => void {
  let above = ''
  return (line) => {
    const active =
      /ScreenSaver\.ActiveChanged \((true|false),\)$/.exec(line) ??
      (/ScreenSaver; member=ActiveChanged$/.test(above) ? /^ +boolean (true|false)$/.exec(line) : null)
    const asked = /login1\.Session(?:; member=|\.)(Lock|Unlock)(?: \(\))?$/.exec(line)
    above = line
    if (active !== null) listener(active[1] === 'true' ? 'locked' : 'unlocked')
    else if (asked !== null) listener(asked[1] === 'Lock' ? 'locked' : 'unlocked')
  }
}
