import { join } from 'node:path'
import { z } from 'zod'
import { readOwnFile, writeOwnFile } from '../own-file.ts'

/** What the person said about reading the logins of a program; undefined as long as they were not asked. */
export type Consent = 'allowed' | 'refused'

const remembered = z.object({ version: z.literal(1), stores: z.record(z.string(), z.enum(['allowed', 'refused'])) })
export type Consents = Readonly<Record<string, Consent>>

/** Holds no secret. */
export const consentFile = (home: string): string => join(home, 'stores.json')

/** What was said until now. A file that cannot be read is as good as not there: the person is asked again. */
export async function readConsents(home: string): Promise<Consents> {
  return (await readOwnFile(consentFile(home), remembered))?.stores ?? {}
}

/** Remembers an answer; undefined forgets it. */
export async function rememberConsent(home: string, store: string, consent: Consent | undefined): Promise<Consents> {
  const { [store]: _, ...others } = await readConsents(home)
  const stores: Consents = consent === undefined ? others : { ...others, [store]: consent }
  await writeOwnFile(consentFile(home), { version: 1, stores })
  return stores
}
