import { execAlias, profileBlock } from './shell.ts'
import { type ConnectionPlan, isForFewPrograms, onlyAccess, planRefused, type ToolDefinition } from './tool.ts'

/** Connects a tool that takes its token from its environment only, once: each start from a shell gets one by `tokentray exec`. */
export const byAlias =
  (name: string, command: string): ToolDefinition['connect'] =>
  ([access], surroundings): ConnectionPlan => {
    const { provider, selector } = onlyAccess(access)
    if (isForFewPrograms(onlyAccess(access))) throw planRefused(name, provider)
    return {
      changes: [profileBlock(command, [execAlias(command, selector, surroundings)], surroundings)],
      notes: [{ text: `Open a new shell for it. Elsewhere, run \`tokentray exec ${selector} -- ${command}\`.` }],
    }
  }
