import { constants } from 'node:fs'
import { access, lstat, readlink } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { BrokerError } from '../../protocol/index.ts'
import { type ForeignFile, readForeignFile } from '../foreign-file.ts'
import { leftAlone } from './text-change.ts'

/** A file of settings that is a link, which is followed only when the person says so. */
export class LinkedFile extends BrokerError {
  readonly path: string
  readonly target: string

  constructor(path: string, target: string) {
    super('invalid_request', `${path} is left as it is. It is a link to ${target}.`, {
      fix: 'Run the same command with --follow-links to edit that file.',
    })
    this.path = path
    this.target = resolve(dirname(path), target)
  }
}

export type SettingsFile = Exclude<ForeignFile, { kind: 'refused' }>

/**
 * Reads a file that is about to be edited. Throws `invalid_request` for one that is left alone: a link, unless the person says that it may
 * be followed, because whoever linked it may not want it edited by a program; one that its owner has made read-only; one that is
 * somebody else's, too large, or no text.
 */
export async function readSettingsFile(path: string, followLinks: boolean): Promise<SettingsFile> {
  const about = await lstat(path).catch(() => undefined)
  if (about?.isSymbolicLink() && !followLinks) {
    const target = await readlink(path).catch(() => 'another file')
    throw new LinkedFile(path, target)
  }
  const file = await readForeignFile(path)
  if (file.kind === 'refused') throw leftAlone(path, `${file.reason[0]?.toUpperCase()}${file.reason.slice(1)}.`)
  if (file.kind === 'absent') {
    if (about !== undefined) throw leftAlone(path, 'It is a link that leads nowhere.', 'Remove it, and try again.')
    return file
  }
  // The superuser may write everything; what a file says of itself counts for them as well.
  if ((file.mode & 0o200) === 0 || !(await isWritable(file.path)) || !(await isWritable(dirname(file.path)))) {
    throw leftAlone(path, 'It is read-only.', `Make it writable with \`chmod u+w ${file.path}\`, and try again.`)
  }
  return file
}

/** The same for a file that was changed already. Its way was followed then, so that another link in its place would be somebody else's. */
export async function readChangedFile(path: string): Promise<SettingsFile> {
  try {
    return await readSettingsFile(path, false)
  } catch (error) {
    if (!(error instanceof LinkedFile)) throw error
    throw leftAlone(path, `It is a link to ${error.target} now.`, 'Put the file itself back in its place, and try again.')
  }
}

const isWritable = (path: string): Promise<boolean> =>
  access(path, constants.W_OK).then(
    () => true,
    () => false,
  )
