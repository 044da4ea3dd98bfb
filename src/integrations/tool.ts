import { homedir } from 'node:os'
import { isAbsolute } from 'node:path'

export type Environment = Readonly<Record<string, string | undefined>>

/** What decides where a tool keeps its files. */
export interface Surroundings {
  readonly env: Environment
  /** The folder of the person. */
  readonly home: string
  readonly platform: NodeJS.Platform
}

/** A variable that a tool reads. One with `token` is set to a fresh token of that selector whenever a shell starts. */
export type ToolVariable = { readonly name: string; readonly value: string } | { readonly name: string; readonly token: string }

/** What connects a tool: lines for its settings, or variables for the shell that it is started from. */
export type ToolConnection =
  | { readonly kind: 'settings'; readonly lines: string }
  | { readonly kind: 'variables'; readonly variables: readonly ToolVariable[]; readonly comment?: string }

/** A foreign tool, as data. Where its own documentation and a run of it did not agree, the run counts. */
export interface ToolDefinition {
  /** Also the name under which it asks for tokens. */
  readonly id: string
  readonly name: string
  /** Its commands; with one of them on PATH it is installed. */
  readonly commands: readonly string[]
  /** Its own folder. Where that is, the tool was used here. */
  readonly folder: (surroundings: Surroundings) => string
  /** Its settings, the first of which takes the lines. Never a file in which it keeps a login: those are not read. */
  readonly settings: (surroundings: Surroundings) => readonly string[]
  /** The variables that it takes a token from, or a command that prints one. */
  readonly variables: readonly string[]
  readonly connection: ToolConnection
}

/** The folder that a variable names; `usual` when it is not set, or is relative and so means another one in each shell. */
export const folderOf = (named: string | undefined, usual: string): string =>
  named !== undefined && isAbsolute(named) ? named : usual

/** Where the programs of the person keep their files. */
export const surroundingsOf = (env: Environment, platform: NodeJS.Platform = process.platform): Surroundings => ({
  env,
  home: homeOf(env, platform),
  platform,
})

const homeOf = (env: Environment, platform: NodeJS.Platform): string =>
  folderOf(platform === 'win32' ? env.USERPROFILE : env.HOME, homedir())
