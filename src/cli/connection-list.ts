import { detectTools, fileReaders, type Surroundings, shortened } from '../integrations/index.ts'
import type { ToolStatus } from '../protocol/index.ts'
import { columns } from './columns.ts'

interface ListContext {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly surroundings: Surroundings
  readonly json: boolean
}

/** Every tool that is known, with how it is connected. */
export async function listConnections({ env, surroundings, json }: ListContext): Promise<string> {
  const tools = await detectTools(env, fileReaders, surroundings.platform)
  if (json) return `${JSON.stringify({ tools }, undefined, 2)}\n`
  const rows = tools.map(({ id, state, selector = '', files, changed }) => {
    const where = files.map((file) => `${shortened(file, surroundings)}${changed.includes(file) ? ' (changed since)' : ''}`)
    return [id, words[state], selector, where.join(', ')]
  })
  return `${columns(rows).join('\n')}\n`
}

const words: Readonly<Record<ToolStatus['state'], string>> = {
  connected: 'connected',
  connected_by_hand: 'connected by hand',
  found: 'not connected',
  not_installed: 'not installed',
}
