import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { AccountRecord, Grant } from '../../src/core/index.ts'
import { sampleGrant } from './programs/sample-grant.ts'

export { canary, numberOf, sampleGrant } from './programs/sample-grant.ts'

export function sampleRecord(id: string, label?: string): AccountRecord {
  const { provider, issuer, identity } = sampleGrant(0)
  return { id, provider, issuer, identity, createdAt: 1_899_000_000_000, ...(label === undefined ? {} : { label }) }
}

/** Grants compare by what they hold, because a Secret shows nothing to `toEqual`. */
export function shown(grant: Grant): unknown {
  return {
    ...grant,
    accessToken: grant.accessToken.expose(),
    refreshToken: grant.refreshToken?.expose(),
    idToken: grant.idToken?.expose(),
  }
}

/** A folder that is gone after the test. */
export async function temporaryHome(parent = tmpdir()): Promise<string> {
  const home = await mkdtemp(join(parent, 'tt-vault-'))
  onTestFinished(() => rm(home, { recursive: true, force: true }))
  return home
}

/** Every file below a folder with its bytes. */
export async function filesBelow(folder: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return new Map(await Promise.all(files.map(async (file) => [file, await readFile(file)] as const)))
}
