import { lstat, mkdir, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { BrokerError } from '../../protocol/index.ts'
import { type ForeignFile, makeForeignFile, readForeignFile, replaceForeignFile } from '../foreign-file.ts'
import { type LockPatience, whileLocked } from '../program-locks.ts'
import type { FileToken, Rewritten, TokenFileDefinition } from './token-file.ts'

/** `written` and `unchanged`: what was wanted is in the file. `taken`: the tool has a login of its own in it. */
export type TokenFileOutcome = 'written' | 'unchanged' | 'taken'

/** The tool holds its lock for a moment only. */
const usual: LockPatience = { wait: 5_000, stale: 15_000 }

/**
 * Puts a token into the file of a tool, under the lock of the tool; everything else in it stays. Throws `invalid_request` or
 * `temporarily_unavailable` for a file that was left as it is.
 */
export async function fillTokenFile(
  definition: TokenFileDefinition,
  path: string,
  token: FileToken,
  patience = usual,
): Promise<TokenFileOutcome> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 }).catch(({ code }: NodeJS.ErrnoException) => {
    throw leftAlone(path, `Its folder cannot be made (${code}).`)
  })
  return rewrite(definition, path, (text) => definition.put(text, token), patience)
}

/** Takes a token out again that was put in, and the file away with it when nothing else is in it. Throws as `fillTokenFile` does. */
export async function emptyTokenFile(definition: TokenFileDefinition, path: string, patience = usual): Promise<TokenFileOutcome> {
  // To make a lock for a file that is not there would leave its folder behind.
  if ((await lstat(path).catch(() => undefined)) === undefined) return 'unchanged'
  return rewrite(definition, path, (text) => (text === undefined ? nothing : (definition.takeOut(text) ?? nothing)), patience)
}

const nothing = { kind: 'text', text: undefined } as const

type Change = (text: string | undefined) => Rewritten | typeof nothing

function rewrite(
  definition: TokenFileDefinition,
  path: string,
  change: Change,
  patience: LockPatience,
): Promise<TokenFileOutcome> {
  return whileLocked(
    [definition.lock(path)],
    async () => {
      const file = await readForeignFile(path)
      if (file.kind === 'refused') throw leftAlone(path, `${file.reason[0]?.toUpperCase()}${file.reason.slice(1)}.`)
      const isLink = await lstat(path).then(
        (about) => about.isSymbolicLink(),
        () => false,
      )
      if (file.kind === 'absent' && isLink) throw leftAlone(path, 'It is a link that leads nowhere.')
      const text = file.kind === 'found' ? file.text : undefined
      const changed = changedBy(change, text, path)
      if (changed.kind === 'taken') return 'taken'
      // A link of the person would lead nowhere without its file.
      const next = changed.text ?? (isLink ? '{}' : undefined)
      if (next === text) return 'unchanged'
      await put(file, path, next)
      return 'written'
    },
    patience,
  )
}

function changedBy(change: Change, text: string | undefined, path: string): ReturnType<Change> {
  try {
    return change(text)
  } catch (error) {
    if (error instanceof SyntaxError) throw leftAlone(path, 'It is no JSON that its program could read.')
    throw error
  }
}

/** Nobody but the person may read a token. */
function put(file: ForeignFile, path: string, text: string | undefined): Promise<void> {
  if (file.kind !== 'found') return text === undefined ? Promise.resolve() : makeForeignFile(path, text)
  return text === undefined ? unlink(file.path) : replaceForeignFile({ ...file, mode: 0o600 }, text)
}

const leftAlone = (path: string, why: string): BrokerError =>
  new BrokerError('invalid_request', `${path} is left as it is. ${why}`, { fix: 'Put it right, or remove it.' })
