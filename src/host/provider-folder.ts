import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { ProviderDefinition } from '../oauth/index.ts'
import { BrokerError, type StateError } from '../protocol/index.ts'
import { providers } from '../providers/index.ts'

export interface ProviderFolder {
  readonly definitions: readonly ProviderDefinition[]
  /** A file that cannot be used costs its own provider and nothing else; the person is told. */
  readonly notices: readonly StateError[]
}

/** Bytes. A file of data about one provider has a few hundred. */
const longestFile = 65_536

/** Reads the providers of the person's own, `<home>/providers/*.json`, in the order of their names. Never rejects. */
export async function readProviderFolder(home: string): Promise<ProviderFolder> {
  const folder = join(home, 'providers')
  const definitions: ProviderDefinition[] = []
  const notices: StateError[] = []
  const taken = new Set(providers.flatMap(({ id, aliases }) => [id, ...aliases]))
  const names = filesIn(folder)
  // Most homes have none, and then nothing is loaded that reads them.
  if (names.length === 0) return { definitions, notices }
  const { parseProviderFile } = await import('../providers/provider-file.ts')
  for (const name of names) {
    try {
      const definition = parseProviderFile(`providers/${name}`, readText(join(folder, name), name), taken)
      definitions.push(definition)
      for (const known of [definition.id, ...definition.aliases]) taken.add(known)
    } catch (error) {
      const known = error instanceof BrokerError ? error : unusable(name)
      const { message, fix } = known
      notices.push({ code: 'provider_file', description: message, ...(fix === undefined ? {} : { fix }) })
    }
  }
  return { definitions, notices }
}

const unusable = (name: string) =>
  new BrokerError('invalid_request', `providers/${name} cannot be understood.`, { fix: 'PROVIDERS.md says what may be in it.' })

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .sort()
  } catch {
    return []
  }
}

function readText(path: string, name: string): string {
  try {
    // A named pipe would hold the start up for as long as nobody writes to it.
    const { size } = statSync(path)
    if (!statSync(path).isFile() || size > longestFile) throw new Error('it is no file of a sensible size')
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new BrokerError('invalid_request', `providers/${name} cannot be read: ${(error as Error).message}`)
  }
}
