import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { readOwnFile, writeOwnFile } from '../own-file.ts'
import type { SharedLogin } from './find-stores.ts'

const hash = z.string().regex(/^[0-9a-f]{64}$/)
const remembered = z.object({
  version: z.literal(1),
  key: hash,
  ignored: z.array(z.object({ finding: hash, holders: z.array(z.string()).max(100) })),
})

/** A finding of the radar that the person does not want to hear of, and the names of the programs it is about. */
export interface IgnoredFinding {
  /** `SharedLogin.finding`. */
  readonly finding: string
  readonly holders: readonly string[]
}

/** `key` names the findings of this home, in hex. */
export interface RadarMemory {
  readonly key: string
  readonly ignored: readonly IgnoredFinding[]
}

/** Older ones are about logins that have rotated long since. */
const mostIgnored = 100

/** Holds no secret: a finding is an HMAC, and a new login of the same programs is another one. */
const radarFile = (home: string): string => join(home, 'radar.json')

/** With a key of its own from the first look on, so that a finding has the same name the next time. */
export async function readRadarMemory(home: string): Promise<RadarMemory> {
  const found = await readOwnFile(radarFile(home), remembered)
  if (found !== undefined) return found
  const memory: RadarMemory = { key: randomBytes(32).toString('hex'), ignored: [] }
  // Where nothing can be written, a finding has another name each time.
  await writeRadarMemory(home, memory).catch(() => undefined)
  return memory
}

/** Who holds a login, each program once. */
export const holderNames = ({ holders, account }: SharedLogin): readonly string[] => [
  ...new Set([...holders.map(({ store }) => store.name), ...(account === undefined ? [] : [`TokenTray (${account})`])]),
]

/** What is ignored from now on, with one more; the newest stands last. */
export const ignoring = (ignored: RadarMemory['ignored'], login: SharedLogin): RadarMemory['ignored'] => [
  ...ignored.filter(({ finding }) => finding !== login.finding),
  { finding: login.finding, holders: holderNames(login) },
]

/** Throws `vault_unavailable`. */
export async function writeRadarMemory(home: string, { key, ignored }: RadarMemory): Promise<void> {
  await writeOwnFile(radarFile(home), { version: 1, key, ignored: ignored.slice(-mostIgnored) })
}
