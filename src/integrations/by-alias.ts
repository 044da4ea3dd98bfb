import { execAlias, profileBlock } from './shell.ts'
import type { ConnectionPlan, ToolDefinition } from './tool.ts'

/** Connects a tool that takes its token from its environment only, once: each start from a shell gets one by `tokentray exec`. */
export const byAlias =
  (command: string): ToolDefinition['connect'] =>
  (accesses, surroundings): ConnectionPlan => {
    const selector = accesses.map((access) => access.selector).join(' ')
    return {
      changes: [profileBlock(command, [execAlias(command, selector, surroundings)], surroundings)],
      notes: [{ text: `Open a new shell for it. Elsewhere, run \`tokentray exec ${selector} -- ${command}\`.` }],
    }
  }
