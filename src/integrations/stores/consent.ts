import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { readForeignFile } from '../foreign-file.ts'

/** What the person said about reading the logins of a program; undefined as long as they were not asked. */
export type Consent = 'allowed' | 'refused'

const remembered = z.object({ version: z.literal(1), stores: z.record(z.string(), z.enum(['allowed', 'refused'])) })
export type Consents = Readonly<Record<string, Consent>>

/** Holds no secret. */
export const consentFile = (home: string): string => join(home, 'stores.json')

/** What was said until now. A file that cannot be read is as good as not there: the person is asked again. */
export async function readConsents(home: string): Promise<Consents> {
  const file = await readForeignFile(consentFile(home))
  if (file.kind !== 'found') return {}
  try {
    return remembered.parse(JSON.parse(file.text)).stores
  } catch {
    return {}
  }
}

/** Remembers an answer; undefined forgets it. */
export async function rememberConsent(home: string, store: string, consent: Consent | undefined): Promise<Consents> {
  const { [store]: _, ...others } = await readConsents(home)
  const stores: Consents = consent === undefined ? others : { ...others, [store]: consent }
  const path = consentFile(home)
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const unfinished = `${path}.${process.pid}.tmp`
  await writeFile(unfinished, `${JSON.stringify({ version: 1, stores }, undefined, 2)}\n`, { mode: 0o600 })
  await rename(unfinished, path)
  return stores
}
