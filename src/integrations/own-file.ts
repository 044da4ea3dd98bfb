import { randomBytes } from 'node:crypto'
import { mkdir, rename, unlink, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { z } from 'zod'
import { BrokerError } from '../protocol/index.ts'
import { readForeignFile } from './foreign-file.ts'

/** What a file of the home of TokenTray says; undefined for one that is not there, or cannot be read. Never throws. */
export async function readOwnFile<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.infer<Schema> | undefined> {
  const file = await readForeignFile(path)
  if (file.kind !== 'found') return undefined
  try {
    return schema.parse(JSON.parse(file.text))
  } catch {
    return undefined
  }
}

/** Puts another text in its place in one step. Only the person can read it. Throws `vault_unavailable`. */
export async function writeOwnFile(path: string, value: object): Promise<void> {
  const unfinished = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await writeFile(unfinished, `${JSON.stringify(value, undefined, 2)}\n`, { mode: 0o600 })
    await rename(unfinished, path)
  } catch (error) {
    await unlink(unfinished).catch(() => undefined)
    const { code = 'unknown fault' } = error as NodeJS.ErrnoException
    throw new BrokerError('vault_unavailable', `${path} cannot be written (${code}).`, {
      fix: `Free some space, or make ${dirname(path)} writable for your user.`,
    })
  }
}
