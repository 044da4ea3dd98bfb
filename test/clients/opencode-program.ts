// OpenCode as npm has it, the file that connects it to the broker, and its turns without a person.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Ended } from '../daemon/running-daemon.ts'
import type { Person } from './person.ts'
import { programFolder, runFile } from './programs.ts'
import { writeSettings } from './settings.ts'

/** The program itself. Its package `opencode-ai` brings it in twice and adds nothing but the choice for the processor. */
const file = join(programFolder, 'opencode-linux-x64/bin/opencode')
export const hasOpenCode = existsSync(file)

const quiet = { OPENCODE_DISABLE_MODELS_FETCH: '1', OPENCODE_DISABLE_AUTOUPDATE: '1' }
export const loginPath = '.local/share/opencode/auth.json'
export const pluginPath = '.config/opencode/plugins/tokentray.js'

/**
 * Where a plugin is, OpenCode first has npm install the types for plugins, which takes more than a minute without a network. It does not
 * when the lock file says that they are there; it never looks.
 */
async function sayTypesAreThere(person: Person): Promise<void> {
  const dependencies = { '@opencode-ai/plugin': '1.18.33' }
  const lock = { lockfileVersion: 3, packages: { '': { dependencies } } }
  await writeSettings(person, '.config/opencode/package.json', JSON.stringify({ dependencies }))
  await writeSettings(person, '.config/opencode/package-lock.json', JSON.stringify(lock))
  await writeSettings(person, '.config/opencode/node_modules/.keep', '')
}

export async function connectOpenCode(person: Person): Promise<void> {
  await sayTypesAreThere(person)
  const ended = await person.tokentray('connect', 'opencode')
  expect(ended.code, ended.stderr).toBe(0)
}

/** Leads the addresses of OpenAI to the double, which OpenCode has no setting for. */
export async function leadOpenCodeToDouble(person: Person): Promise<void> {
  await sayTypesAreThere(person)
  const text = `export const lead = async () => {
  const send = globalThis.fetch
  const moved = (input) => String(input.url ?? input).replace(/^https:\\/\\/(auth\\.openai|chatgpt)\\.com/, ${JSON.stringify(person.double.origin)})
  globalThis.fetch = (input, init) => send(moved(input), init)
  return {}
}
`
  await writeSettings(person, '.config/opencode/plugins/lead.js', text)
}

/** Has OpenCode make its database. Several that start with none hinder each other, which is no matter of logins. */
export async function startOpenCodeOnce(person: Person): Promise<void> {
  const { code, stderr } = await runOpenCode(person, ['session', 'list'])
  if (code !== 0) throw new Error(stderr)
}

interface Turn {
  readonly model?: string
  /** Words between `run` and the prompt. */
  readonly args?: readonly string[]
}

/** One turn. OpenCode asks the model twice for it: for an answer, and for a title of the session. */
export function turnOfOpenCode(person: Person, { model = 'openai/gpt-5.5', args = [] }: Turn = {}): Promise<Ended> {
  return runOpenCode(person, ['run', '-m', model, ...args, 'say hi'])
}

const runOpenCode = ({ env, home }: Person, words: readonly string[]): Promise<Ended> =>
  runFile(file, words, { env: { ...env, ...quiet }, cwd: home, limit: 120_000 })
