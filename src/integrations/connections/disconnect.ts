import { unlink } from 'node:fs/promises'
import { BrokerError } from '../../protocol/index.ts'
import { replaceForeignFile } from '../foreign-file.ts'
import { removeEmptyFolders } from '../made-folders.ts'
import { type Connection, digest, type JournalFile, readJournal, whileAlone, writeJournal } from './journal.ts'
import { readChangedFile } from './settings-file.ts'
import { leftAlone, takeOut } from './text-change.ts'
import { reverted } from './text-difference.ts'

/** `restored`: byte for byte as before. `cleaned`: somebody has changed it since, and only what was ours went; `left` was changed, and stays. */
export interface DisconnectedFile {
  readonly path: string
  readonly outcome: 'restored' | 'cleaned'
  readonly left: readonly string[]
}

/**
 * Takes a tool's connection out of its files again. Each that is done is crossed off at once. Throws `not_found`, and `invalid_request` or
 * `temporarily_unavailable` for a file that is left as it is; the connection is kept then, and can be tried again.
 */
export function disconnectTool(
  home: string,
  tool: string,
  removeTokenFile: (path: string) => Promise<unknown>,
): Promise<readonly DisconnectedFile[]> {
  return whileAlone(home, async () => {
    const connections = await readJournal(home)
    const connection = connections.find((each) => each.tool === tool)
    if (connection === undefined) throw notConnected(tool)
    const { token_file: tokenFile, ...others } = connection
    if (tokenFile !== undefined) await removeTokenFile(tokenFile)
    let rest: Connection = others
    const withRest = () => connections.map((each) => (each === connection ? rest : each))
    const done: DisconnectedFile[] = []
    for (const entry of connection.files.toReversed()) {
      done.push(await disconnectFile(entry))
      rest = { ...rest, files: rest.files.filter((each) => each !== entry) }
      await writeJournal(home, withRest())
    }
    await writeJournal(
      home,
      connections.filter((each) => each !== connection),
    )
    return done
  })
}

const notConnected = (tool: string): BrokerError =>
  new BrokerError('not_found', `${tool} is not connected.`, { fix: '`tokentray connect --list` shows what is.' })

/** Puts one file back. Throws as `disconnectTool` does. */
export async function disconnectFile(entry: JournalFile): Promise<DisconnectedFile> {
  const { path, folders } = entry
  const file = await readChangedFile(path)
  if (file.kind === 'absent') {
    await removeEmptyFolders(folders)
    return { path, outcome: entry.before === undefined ? 'restored' : 'cleaned', left: [] }
  }
  const { outcome, text, left } = undone(file.text, entry)
  if (text === undefined) {
    await unlink(file.path)
    await removeEmptyFolders(folders)
  } else if (text !== file.text) await replaceForeignFile(file, text)
  return { path, outcome, left }
}

/** What a file says without its change; undefined when there was none, and nobody else has put anything into it. */
export function undone(
  text: string,
  entry: JournalFile,
): { readonly outcome: DisconnectedFile['outcome']; readonly text: string | undefined; readonly left: readonly string[] } {
  const { before, after, change, undo, path } = entry
  const present = digest(text)
  if (present === before) return { outcome: 'restored', text, left: [] }
  if (present === after) {
    if (before === undefined) return { outcome: 'restored', text: undefined, left: [] }
    const restored = reverted(text, undo)
    if (restored !== undefined && digest(restored) === before) return { outcome: 'restored', text: restored, left: [] }
    throw leftAlone(path, 'The way back does not lead to what was there before.', 'Take the lines of TokenTray out by hand.')
  }
  const taken = takeOut(text, change, { previous: entry.previous, undo })
  // A file of the person stays, even an empty one.
  const gone = before === undefined && taken.left.length === 0 ? taken.text : (taken.text ?? '')
  return { outcome: 'cleaned', text: gone, left: taken.left }
}
