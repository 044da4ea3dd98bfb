import { homedir } from 'node:os'
import { isAbsolute } from 'node:path'
import { BrokerError } from '../protocol/index.ts'
import type { FileChange } from './connections/file-change.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** What decides where a tool keeps its files. */
export interface Surroundings {
  readonly env: Environment
  /** The folder of the person. */
  readonly home: string
  readonly platform: NodeJS.Platform
}

/** A login of TokenTray, as a tool is connected to it. */
export interface Access {
  readonly provider: string
  /** As it is said to `tokentray`. */
  readonly selector: string
  /** `login` is one of a plan, the token of which some tools take in another way than a key. */
  readonly kind: 'login' | 'api_key'
  readonly baseUrl: string
  readonly headers: Readonly<Record<string, string>>
  /** The program of TokenTray and the words that belong to each call of it. */
  readonly program: readonly string[]
  /** The program and its arguments that print a token. */
  readonly command: readonly string[]
  /** The model that the person has named. */
  readonly model?: string
}

/** Whether a login is of a plan whose tokens only the provider's own programs, and those that know them, can use. */
export const isForFewPrograms = ({ provider, kind }: Access): boolean =>
  kind === 'login' && (provider === 'openai-codex' || provider === 'anthropic')

export const planRefused = (tool: string, provider: string): BrokerError =>
  new BrokerError('invalid_request', `${tool} cannot use the plan of ${provider}, which is for other programs.`, {
    fix: 'Connect it to an API key or to another login: `--account` names it.',
  })

/** What the person should know. With `whenThere`, only where that file is. */
export interface ConnectionNote {
  readonly text: string
  readonly whenThere?: string
}

/** What connects a tool. */
export interface ConnectionPlan {
  readonly changes: readonly FileChange[]
  /** The file that the tool reads its token from, for the broker to keep fresh. */
  readonly tokenFile?: string
  readonly notes?: readonly ConnectionNote[]
}

/** A foreign tool, as data. Where its own documentation and a run of it did not agree, the run counts. */
export interface ToolDefinition {
  /** Also the name under which it asks for tokens. */
  readonly id: string
  readonly name: string
  /** Its commands; with one of them on PATH it is installed. */
  readonly commands: readonly string[]
  /** Its own folder. Where that is, the tool was used here. */
  readonly folder: (surroundings: Surroundings) => string
  /** Its settings. Never a file in which it keeps a login: those are not read. */
  readonly settings: (surroundings: Surroundings) => readonly string[]
  /** The variables that it takes a token from, or a command that prints one. */
  readonly variables: readonly string[]
  /** The providers whose logins it can be connected to, the usual one first. `every`: to all of them at once. */
  readonly takes: readonly string[]
  readonly takesEvery?: boolean
  /** Throws `invalid_request` for a login that it cannot use. */
  readonly connect: (accesses: readonly Access[], surroundings: Surroundings) => ConnectionPlan
}

/** The one login of a tool that takes one. */
export function onlyAccess(access: Access | undefined): Access {
  if (access === undefined) throw new Error('A tool was to be connected to nothing.')
  return access
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
