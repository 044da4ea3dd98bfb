import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { arch, platform, release } from 'node:os'
import { join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import type { Installation } from '../oauth/index.ts'
import { readVersion } from '../protocol/version.ts'
import type { Environment } from './environment.ts'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/**
 * What providers are told of this program, made with the first one that wants to know it. The id tells installations apart and no
 * people: it is random, and new in a new home. Without a home, as beside the memory vault, it lasts as long as the process.
 */
export function installationOf(home: string | undefined, env: Environment): () => Installation {
  let known: Installation | undefined
  return () => {
    known ??= {
      id: home === undefined ? randomUUID() : keptId(join(home, 'installation')),
      version: readVersion(),
      system: `${platform()} ${arch()}`,
      release: release().replaceAll(/[^\x20-\x7e]/g, ''),
      settings: { ANTHROPIC_BETA_HEADER: env.ANTHROPIC_BETA_HEADER?.replaceAll(/[^\x21-\x7e]/g, '') },
    }
    return known
  }
}

function keptId(file: string): string {
  try {
    const kept = readFileSync(file, 'utf8').trim()
    if (uuid.test(kept)) return kept
  } catch {
    // There is none yet, or it cannot be read; either way it is written anew.
  }
  const id = randomUUID()
  try {
    writeFileAtomic.sync(file, `${id}\n`, { mode: 0o600 })
  } catch {
    // A provider that sees another id next time shows one more installation, and that is all.
  }
  return id
}
