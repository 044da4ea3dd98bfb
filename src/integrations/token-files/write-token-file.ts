import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { lstat, mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type LockClock, withFolderLock } from './folder-lock.ts'
import type { FileToken, Rewritten, TokenFileDefinition } from './token-file.ts'

/** Why a file was left as it is, in the words of a sentence about it. */
export interface TokenFileFault {
  readonly description: string
  readonly fix: string
}

/** `written` and `unchanged`: what was wanted is in the file. `taken`: the tool has a login of its own in it. */
export type TokenFileOutcome =
  | { readonly kind: 'written' | 'unchanged' | 'taken' }
  | { readonly kind: 'refused'; readonly fault: TokenFileFault }

/** Bytes. The file holds a few logins; a larger one is something else. */
const mostOfAFile = 1_048_576

/** Puts a token into the file of a tool, under the lock of the tool; everything else in it stays. Never throws. */
export function fillTokenFile(
  definition: TokenFileDefinition,
  path: string,
  token: FileToken,
  clock: LockClock,
): Promise<TokenFileOutcome> {
  return rewrite(
    definition,
    path,
    (text) => definition.put(text, token),
    clock,
    () => mkdir(dirname(path), { recursive: true, mode: 0o700 }),
  )
}

/** Takes a token out again that was put in, and the file away with it when nothing else is in it. Never throws. */
export async function emptyTokenFile(definition: TokenFileDefinition, path: string, clock: LockClock): Promise<TokenFileOutcome> {
  // To make a folder, or a lock in it, for a file that is not there would leave something behind.
  if ((await lstat(path).catch(() => undefined)) === undefined) return { kind: 'unchanged' }
  return rewrite(definition, path, (text) => (text === undefined ? nothing : (definition.takeOut(text) ?? nothing)), clock)
}

const nothing = { kind: 'text', text: undefined } as const

type Change = (text: string | undefined) => Rewritten | typeof nothing

async function rewrite(
  definition: TokenFileDefinition,
  path: string,
  change: Change,
  clock: LockClock,
  prepare: () => Promise<unknown> = async () => undefined,
): Promise<TokenFileOutcome> {
  try {
    await prepare()
    return await withFolderLock(definition.lock(path), clock, async () => {
      const target = await targetOf(path)
      const text = await readOwn(target)
      const changed = change(text)
      if (changed.kind === 'taken') return { kind: 'taken' }
      if (changed.text === text) return { kind: 'unchanged' }
      // A link of the person would lead nowhere without its file.
      const next = changed.text ?? (target === path ? undefined : '{}')
      await (next === undefined ? rm(target, { force: true }) : replace(target, next))
      return { kind: 'written' }
    })
  } catch (error) {
    return { kind: 'refused', fault: faultOf(error, definition, path) }
  }
}

/** The file that a symbolic link leads to, so that the link stays: many people keep such files elsewhere and link to them. */
async function targetOf(path: string): Promise<string> {
  const about = await lstat(path).catch(() => undefined)
  return about?.isSymbolicLink() ? realpath(path) : path
}

/** A reason that is no error of the system. */
class Unfit extends Error {}

/** Undefined when there is no such file. Throws for one that is not a file of this person. */
async function readOwn(path: string): Promise<string | undefined> {
  const { O_RDONLY, O_NONBLOCK = 0 } = constants
  const about = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (about === undefined) return undefined
  if (!about.isFile()) throw new Unfit('is no regular file')
  if (process.getuid !== undefined && about.uid !== process.getuid()) throw new Unfit('belongs to somebody else')
  if (about.size > mostOfAFile) throw new Unfit('is far larger than such a file is')
  const file = await open(path, O_RDONLY | O_NONBLOCK)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await file.readFile())
  } finally {
    await file.close()
  }
}

/** A reader sees the old text or the new one, and nobody but the person can read either. */
async function replace(path: string, text: string): Promise<void> {
  const unfinished = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
  try {
    const file = await open(unfinished, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(unfinished, path)
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
}

function faultOf(error: unknown, { name }: TokenFileDefinition, path: string): TokenFileFault {
  const left = `${path} is left as it is.`
  if (error instanceof Unfit)
    return { description: `${path} ${error.message}. It is left as it is.`, fix: `Put it right, or remove it.` }
  if (error instanceof SyntaxError || error instanceof TypeError) {
    return { description: `${path} is no JSON that ${name} could read. It is left as it is.`, fix: 'Correct it, or remove it.' }
  }
  const { code = 'unknown fault' } = error as NodeJS.ErrnoException
  if (code === 'ELOCKED') {
    return { description: `${name} is writing this file. ${left}`, fix: 'It is tried again by itself.' }
  }
  return { description: `${path} cannot be written (${code}).`, fix: 'Make it and its folder writable, and free some space.' }
}
