import { constants } from 'node:fs'
import { Secret } from '../core/index.ts'
import { codeOf, type Files } from './durable-file.ts'

/** What a passphrase file gave: the passphrase, or a sentence that says why not. */
export type GivenPassphrase =
  | { readonly kind: 'passphrase'; readonly passphrase: Secret }
  | { readonly kind: 'refused'; readonly problem: string }

/** As for one that is typed. Characters; a UTF-8 character has at most four bytes. */
const longest = 1024

/**
 * Reads the file that TOKENTRAY_PASSPHRASE_FILE names. One trailing line break does not belong to the passphrase, because most
 * programs that write a file put one there. Never throws.
 */
export async function readPassphraseFile(path: string, files: Files): Promise<GivenPassphrase> {
  const refused = (why: string): GivenPassphrase => ({
    kind: 'refused',
    problem: `The file ${path} of TOKENTRAY_PASSPHRASE_FILE was not used: ${why}.`,
  })
  try {
    // Without O_NONBLOCK, a named pipe would hold the thread until somebody writes to it.
    const handle = await files.open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    try {
      const info = await handle.stat()
      if (!info.isFile()) return refused('it is not a regular file')
      if (mayOthersRead(info)) return refused(`others may read it; \`chmod 600\` takes that away`)
      if (info.size > longest * 4 + 2) return refused('it is too long for a passphrase')
      const text = (await handle.readFile('utf8')).replace(/\r?\n$/, '')
      if (text === '') return refused('it is empty')
      if (text.length > longest) return refused('it is too long for a passphrase')
      return { kind: 'passphrase', passphrase: new Secret(text) }
    } finally {
      await handle.close()
    }
  } catch (error) {
    return refused(codeOf(error) === 'ENOENT' ? 'it is not there' : `it cannot be read (${codeOf(error)})`)
  }
}

/**
 * A credential that systemd hands to a service of another user belongs to root:root and is opened to that user by an access
 * control list, whose mask shows as the right of the group to read. The group root gains nothing by it.
 */
function mayOthersRead({ mode, uid, gid }: { mode: number; uid: number; gid: number }): boolean {
  if (process.platform === 'win32') return false
  return (mode & (uid === 0 && gid === 0 ? 0o037 : 0o077)) !== 0
}
