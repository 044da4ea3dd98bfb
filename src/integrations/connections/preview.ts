import { isRemoval } from './connect.ts'
import { undone } from './disconnect.ts'
import type { FileChange } from './file-change.ts'
import { type Connection, readJournal } from './journal.ts'
import { readChangedFile, readSettingsFile } from './settings-file.ts'
import { put } from './text-change.ts'

/** A file as it is and as it would be; undefined where there is none. */
export interface ChangedFile {
  readonly path: string
  readonly before: string | undefined
  readonly after: string | undefined
  /** What leads from one to the other, or back. */
  readonly changes: readonly FileChange[]
}

/** What connecting a tool would change, an earlier connection of it undone. Throws as connecting would; nothing is written. */
export async function previewConnection(
  home: string,
  tool: string,
  changes: readonly FileChange[],
  followLinks: boolean,
): Promise<readonly ChangedFile[]> {
  const earlier = (await readJournal(home)).filter((each) => each.tool === tool)
  const texts = await undoneTexts(earlier)
  for (const change of changes) {
    const file = await readSettingsFile(change.file, followLinks)
    const path = file.kind === 'found' ? file.path : change.file
    const present = file.kind === 'found' ? file.text : undefined
    const { before, after, changes: earlier } = texts.get(path) ?? { before: present, after: present, changes: [] }
    if (after === undefined && isRemoval(change)) continue
    texts.set(path, { before, after: put(after, change), changes: [...earlier, change] })
  }
  return changed(texts)
}

/** What would become of the files of tools that are disconnected. Throws as disconnecting would. */
export const previewDisconnection = async (connections: readonly Connection[]): Promise<readonly ChangedFile[]> =>
  changed(await undoneTexts(connections))

type Texts = Map<string, Omit<ChangedFile, 'path'>>

async function undoneTexts(connections: readonly Connection[]): Promise<Texts> {
  const texts: Texts = new Map()
  for (const entry of connections.toReversed().flatMap(({ files }) => files.toReversed())) {
    const file = await readChangedFile(entry.path)
    if (file.kind === 'absent') continue
    const { before, after, changes } = texts.get(entry.path) ?? { before: file.text, after: file.text, changes: [] }
    texts.set(entry.path, {
      before,
      after: after === undefined ? undefined : undone(after, entry).text,
      changes: [...changes, entry.change],
    })
  }
  return texts
}

const changed = (texts: Texts): readonly ChangedFile[] =>
  [...texts].map(([path, each]) => ({ path, ...each })).filter(({ before, after }) => before !== after)
