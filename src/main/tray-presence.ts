import { execFile } from 'node:child_process'

export type TrayPresence = 'present' | 'absent' | 'unknown'

/** Runs a program and answers what it printed; rejects when it is missing, fails or takes too long. */
export type RunProgram = (file: string, args: readonly string[]) => Promise<string>

const watcher = 'org.kde.StatusNotifierWatcher'
const bus = 'org.freedesktop.DBus'

/** Three programs that can ask the session bus, as every distribution installs at least one of them. */
const questions: readonly (readonly [string, ...string[]])[] = [
  ['gdbus', 'call', '--session', '--dest', bus, '--object-path', '/', '--method', `${bus}.NameHasOwner`, watcher],
  ['dbus-send', '--session', '--print-reply', `--dest=${bus}`, '/', `${bus}.NameHasOwner`, `string:${watcher}`],
  ['busctl', '--user', 'call', bus, '/org/freedesktop/DBus', bus, 'NameHasOwner', 's', watcher],
]

/**
 * Whether a tray icon will be seen. Electron creates one without complaint where nothing shows it, for example on plain GNOME,
 * so that Linux is asked whether a tray is registered on the session bus. An old XEmbed tray is not registered there; on such a
 * panel the answer is `absent`, and the person has an icon and a window.
 */
export async function trayPresence(platform: NodeJS.Platform, run: RunProgram = runProgram): Promise<TrayPresence> {
  if (platform !== 'linux') return 'present'
  for (const [file, ...args] of questions) {
    const printed = await run(file, args).catch(() => '')
    if (/\btrue\b/.test(printed)) return 'present'
    if (/\bfalse\b/.test(printed)) return 'absent'
  }
  return 'unknown'
}

function runProgram(file: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(file, args, { timeout: 1_000, maxBuffer: 4_096 }, (error, stdout) => {
      if (error === null) resolve(stdout)
      else reject(error)
    })
  })
}
