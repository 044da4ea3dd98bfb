import {
  type Connection,
  detectTools,
  digest,
  fileReaders,
  readJournal,
  type Surroundings,
  shortened,
} from '../integrations/index.ts'
import type { ToolStatus } from '../protocol/index.ts'
import { columns } from './columns.ts'

interface ListContext {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly surroundings: Surroundings
  readonly home: string
  readonly json: boolean
}

/** Every tool that is known, with how it is connected. `changed` names the files that somebody has changed since. */
interface ListedTool extends Pick<ToolStatus, 'id' | 'name'> {
  readonly state: 'connected' | 'connected_by_hand' | 'found' | 'not_installed'
  readonly selector?: string
  readonly files: readonly string[]
  readonly changed: readonly string[]
}

export async function listConnections({ env, surroundings, home, json }: ListContext): Promise<string> {
  const connections = await readJournal(home)
  const found = await detectTools(env, fileReaders, surroundings.platform)
  const listed = await Promise.all(found.map((tool) => listedTool(tool, connections)))
  if (json) return `${JSON.stringify({ tools: listed }, undefined, 2)}\n`
  const rows = listed.map(({ id, state, selector = '', files, changed }) => {
    const where = files.map((file) => `${shortened(file, surroundings)}${changed.includes(file) ? ' (changed since)' : ''}`)
    return [id, words[state], selector, where.join(', ')]
  })
  return `${columns(rows).join('\n')}\n`
}

const words = {
  connected: 'connected',
  connected_by_hand: 'connected by hand',
  found: 'not connected',
  not_installed: 'not installed',
} as const

async function listedTool({ id, name, state }: ToolStatus, connections: readonly Connection[]): Promise<ListedTool> {
  const own = connections.find(({ tool }) => tool === id)
  if (own === undefined) return { id, name, state: state === 'connected' ? 'connected_by_hand' : state, files: [], changed: [] }
  const changed = await Promise.all(
    own.files.map(async ({ path, after }) => {
      const text = await fileReaders.readText(path)
      return text !== undefined && digest(text) === after ? [] : [path]
    }),
  )
  const files = own.files.map(({ path }) => path)
  return { id, name, state: 'connected', selector: own.selector, files, changed: changed.flat() }
}
