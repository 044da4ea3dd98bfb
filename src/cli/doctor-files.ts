import { lstat, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type FoundStore, inShell } from '../integrations/index.ts'
import { advice, type Finding, ok, problem } from './finding.ts'

/** As in `chmod`. */
export const octal = (mode: number): string => mode.toString(8).padStart(4, '0')

/** Whether nobody else can reach the socket, or come between it and whoever asks. Empty where there is none, and for a named pipe. */
export async function socketFindings(path: string): Promise<readonly Finding[]> {
  if (process.platform === 'win32') return []
  const about = await lstat(path).catch(() => undefined)
  if (about === undefined) return []
  if (!about.isSocket()) return [problem('socket', `${path} is no socket.`, 'Move it away, and start the broker again.')]
  const findings = [
    ...ownedBy('socket', path, about.uid),
    ...((about.mode & 0o077) === 0
      ? []
      : [
          problem(
            'socket',
            `Other users can ask on ${path} (${octal(about.mode & 0o777)}).`,
            `Run \`chmod 600 ${inShell(path)}\`.`,
          ),
        ]),
    ...(await socketFolder(dirname(path))),
  ]
  return findings.length > 0 ? findings : [ok('socket', `${path}, for you alone (${octal(about.mode & 0o777)})`)]
}

/** Who can write to the folder can put a socket of their own in the place of this one. */
async function socketFolder(folder: string): Promise<readonly Finding[]> {
  const about = await stat(folder).catch(() => undefined)
  if (about === undefined || (about.mode & 0o022) === 0) return []
  const what = `Other users can put a socket of their own into ${folder} (${octal(about.mode & 0o777)}).`
  return [problem('socket', what, `Run \`chmod 700 ${inShell(folder)}\`, or name another place in TOKENTRAY_SOCKET.`)]
}

/** Whether the folder of the vault is closed to others. */
export async function homeFinding(home: string): Promise<Finding> {
  const about = await stat(home).catch((error: NodeJS.ErrnoException) => error)
  if (about instanceof Error) {
    if (about.code === 'ENOENT') return ok('folder', `${home} is not there yet.`)
    return problem('folder', `${home} cannot be looked at (${about.code}).`, 'See who owns it, and the folders above it.')
  }
  if (!about.isDirectory()) return problem('folder', `${home} is no folder.`, 'Move it away.')
  if (process.platform === 'win32') return ok('folder', home)
  const [stranger] = ownedBy('folder', home, about.uid)
  if (stranger !== undefined) return stranger
  const mode = octal(about.mode & 0o777)
  if ((about.mode & 0o077) === 0) return ok('folder', `${home}, for you alone (${mode})`)
  return problem('folder', `Other users can look into ${home} (${mode}).`, `Run \`chmod 700 ${inShell(home)}\`.`)
}

function ownedBy(topic: string, path: string, owner: number): readonly Finding[] {
  const own = process.getuid?.() ?? owner
  return owner === own
    ? []
    : [problem(topic, `${path} belongs to another user (${owner}).`, 'Run this as the user that it belongs to.')]
}

/** The command that takes a login over, as it has to be typed. `files` is how many the program has. */
function moveFix({ id, name, neverMoves }: FoundStore['store'], file: string, files: number): string {
  if (neverMoves) return `It cannot move to TokenTray. Sign out of ${name} when you do not need it any more.`
  const which = files === 1 ? '' : ` --file ${inShell(file)}`
  return `Make TokenTray its only owner: \`tokentray import ${id}${which} --move\``
}

/**
 * The files in which other programs keep logins in plain text, by their presence and mode alone. `kept` are those in which TokenTray
 * itself keeps an access token.
 */
export function storeFindings(found: readonly FoundStore[], kept: readonly string[]): readonly Finding[] {
  const ofProgram = (id: string) => found.filter(({ store }) => store.id === id)
  const findings = found.map(({ store, file, mode, open }) => {
    const what = `${file}${mode === undefined ? '' : ` (${octal(mode)})`}`
    if (open)
      return problem(
        'plain text',
        `Other users can read the logins of ${store.name}: ${what}`,
        `Run \`chmod 600 ${inShell(file)}\`.`,
      )
    if (kept.includes(file)) return ok('plain text', `TokenTray keeps a token for ${store.name}, and no refresh token: ${what}`)
    return advice(
      'plain text',
      `${store.name} keeps logins of its own: ${what}`,
      moveFix(store, file, ofProgram(store.id).length),
    )
  })
  return findings.length > 0 ? findings : [ok('plain text', 'No other program that is known keeps logins here.')]
}
