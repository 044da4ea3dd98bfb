// The real programs, as npm has them, and how each of them is run for one turn without a person.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Ended } from '../daemon/running-daemon.ts'

export const programFolder = fileURLToPath(new URL('./node_modules', import.meta.url))

export type ClientName = 'claude' | 'codex' | 'copilot' | 'pi'

/** What keeps each of them from asking anybody but the API that it is configured for. */
const quiet = {
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  CLAUDE_CODE_MAX_RETRIES: '2',
  COPILOT_OFFLINE: 'true',
  COPILOT_AUTO_UPDATE: 'false',
  PI_OFFLINE: '1',
  NO_COLOR: '1',
}

/** The arguments of one turn. `model` is for pi, which has many providers at once. */
export function turnOf(client: ClientName, { model = 'openai/gpt-5' }: { readonly model?: string } = {}): string[] {
  switch (client) {
    case 'claude':
      return ['-p', 'say hi']
    case 'codex':
      return ['exec', '--skip-git-repo-check', 'say hi']
    case 'copilot':
      return ['-p', 'say hi', '--allow-all-tools']
    case 'pi':
      return ['-p', '--no-session', '--model', model, 'say hi']
  }
}

const running = new Set<ChildProcess>()
// A test process that is killed by its runner must not leave programs behind.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Ends this program at the latest when the test process ends. */
export function endWithTests(child: ChildProcess): void {
  running.add(child)
  child.once('close', () => running.delete(child))
}

/** The environment of a person whose home is this folder, who has signed in to nothing. Codex wants no home below TMPDIR. */
export function environmentOf(home: string, more: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const scratch = join(home, '..', 'scratch')
  for (const folder of [home, scratch]) mkdirSync(folder, { recursive: true })
  const env = { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', HOME: home, TMPDIR: scratch, ...quiet, ...more }
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

/** Runs a program to its end with nothing on its standard input. After `limit` milliseconds it is ended, with code null. */
export function runProgram(
  client: ClientName,
  args: readonly string[],
  { env, cwd, limit = 60_000 }: { readonly env: Record<string, string>; readonly cwd: string; readonly limit?: number },
): Promise<Ended> {
  return runFile(join(programFolder, '.bin', client), args, { env, cwd, limit })
}

/** The same for any other file. */
export function runFile(
  file: string,
  args: readonly string[],
  { env, cwd, limit = 60_000 }: { readonly env: Record<string, string>; readonly cwd: string; readonly limit?: number },
): Promise<Ended> {
  const child = spawn(file, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  endWithTests(child)
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text
    })
  }
  const late = setTimeout(() => child.kill('SIGKILL'), limit)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      clearTimeout(late)
      resolve({ code, ...said })
    })
  })
}
