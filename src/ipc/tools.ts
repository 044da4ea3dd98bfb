// The room of the tools and the window may not know each other, so that these types are the protocol's.
import type { ShownFile, ToolStatus } from '../protocol/index.ts'

export type { ShownFile, ShownLine, ToolStatus } from '../protocol/index.ts'

/**
 * What connecting a tool would come to. `no_command`: the command that tools start is not installed. `link`: its file of settings is a link,
 * which is followed only when the person says so. Paths are as a person writes them.
 */
export type ToolPlan =
  | { readonly kind: 'no_command' }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  | ReadyPlan

export interface ReadyPlan {
  readonly kind: 'ready'
  /** The login that it would use; several are separated by a space. */
  readonly selector: string
  /** The logins to choose from. */
  readonly choices: readonly string[]
  readonly files: readonly ShownFile[]
  /** The file in which a fresh token would be kept for it. */
  readonly tokenFile?: string
  /** What the person should know, in English. */
  readonly notes: readonly string[]
}

/** What disconnecting a tool would come to. */
export interface DisconnectPlan {
  readonly files: readonly ShownFile[]
  /** Whether a fresh token is kept in a file of it, which then ends. */
  readonly keepsToken: boolean
}

/** What a disconnected tool has left. */
export interface Disconnected {
  readonly tools: readonly ToolStatus[]
  /** Whether every file is byte for byte as it was before. */
  readonly restored: boolean
  /** Whether something stays that the person has changed since. */
  readonly left: boolean
}
