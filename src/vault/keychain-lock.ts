import { execFile } from 'node:child_process'

const service = 'org.freedesktop.secrets'
const collection = '/org/freedesktop/secrets/aliases/default'
const property = ['org.freedesktop.Secret.Collection', 'Locked'] as const

/** Programs that read a D-Bus property, of which a desktop has at least one: systemd's, GLib's and D-Bus's own. */
const questions: readonly (readonly [program: string, ...args: string[]])[] = [
  ['busctl', '--user', '--auto-start=no', 'get-property', service, collection, ...property],
  ['gdbus', 'call', '--session', '-d', service, '-o', collection, '-m', 'org.freedesktop.DBus.Properties.Get', ...property],
  [
    'dbus-send',
    '--session',
    '--print-reply=literal',
    `--dest=${service}`,
    collection,
    'org.freedesktop.DBus.Properties.Get',
    ...property.map((name) => `string:${name}`),
  ],
]

/** A property is answered in milliseconds; a bus that hangs must not hold the vault. Milliseconds. */
const limit = 3000

/**
 * Whether the default keychain is unlocked, without any prompt; undefined when it cannot be known. Every call of keytar prompts
 * when the keychain is locked, so that a vault that wants to notice an unlocking by itself needs this question. Reading the
 * property through a program of the system costs some milliseconds and spares a D-Bus library for one boolean.
 */
export async function isKeychainUnlocked(platform: NodeJS.Platform = process.platform): Promise<boolean | undefined> {
  // The Credential Manager of Windows is open as long as its user is signed in, and never prompts.
  if (platform === 'win32') return true
  // macOS has no such question that is known not to prompt.
  if (platform === 'darwin') return undefined
  for (const [program, ...args] of questions) {
    const locked = booleanIn(await outputOf(program, args))
    if (locked !== undefined) return !locked
  }
  return undefined
}

function outputOf(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(program, [...args], { timeout: limit, killSignal: 'SIGKILL' }, (error, stdout) =>
      resolve(error === null ? stdout : ''),
    )
  })
}

function booleanIn(text: string): boolean | undefined {
  const found = /\b(true|false)\b/.exec(text)?.[1]
  return found === undefined ? undefined : found === 'true'
}
