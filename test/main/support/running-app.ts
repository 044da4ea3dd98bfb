import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { _electron, type ElectronApplication } from '@playwright/test'
import type { BrokerSnapshot } from '../../../src/protocol/index.ts'
import { electronRuntime, sandboxSwitches } from '../../support/electron-runtime.mjs'
import type { SessionEnvironment } from '../../support/session-bus.ts'

export const project = join(import.meta.dirname, '../../..')

/** A home of its own for one test, in which logins are kept in memory. */
export interface TestHome {
  readonly folder: string
  readonly env: Record<string, string>
  remove(): Promise<void>
}

/** The home of somebody who has been here before, unless a test is about the first steps. */
export async function testHome(base: SessionEnvironment = process.env, firstSteps = false): Promise<TestHome> {
  // Directly below /tmp: a socket path may have no more than 100 bytes.
  const folder = await mkdtemp('/tmp/tt-app-')
  if (!firstSteps) {
    await mkdir(join(folder, 'app'), { mode: 0o700 })
    await writeFile(join(folder, 'app', 'settings.json'), '{ "welcomeDone": true }', { mode: 0o600 })
  }
  const env = { ...base, TOKENTRAY_HOME: folder, TOKENTRAY_VAULT: 'memory', TOKENTRAY_TEST: '1' }
  const given = Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined)
  return { folder, env: Object.fromEntries(given), remove: () => rm(folder, { recursive: true, force: true }) }
}

/** The app with Playwright's hands in it, and everything that it wrote to its standard error. */
export interface RunningApp {
  readonly electron: ElectronApplication
  readonly written: () => string
}

export async function launchApp(home: TestHome, args: readonly string[] = []): Promise<RunningApp> {
  const { executable } = await electronRuntime()
  const electron = await _electron.launch({
    executablePath: executable,
    args: [...sandboxSwitches(), project, ...args],
    env: home.env,
  })
  let written = ''
  const keep = (chunk: Buffer) => {
    written += chunk.toString()
  }
  electron.process().stderr?.on('data', keep)
  electron.process().stdout?.on('data', keep)
  return { electron, written: () => written }
}

/** The app as a person starts it, for what happens before or after Playwright could be in it. */
export async function spawnApp(home: TestHome, args: readonly string[] = []): Promise<SpawnedApp> {
  const { executable } = await electronRuntime()
  return new SpawnedApp(spawn(executable, [...sandboxSwitches(), project, ...args], { env: home.env, stdio: 'pipe' }))
}

export class SpawnedApp {
  readonly child: ChildProcess
  readonly ended: Promise<number | null>
  written = ''

  constructor(child: ChildProcess) {
    this.child = child
    this.ended = new Promise((resolve) => child.once('exit', resolve))
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.written += chunk.toString()
      })
    }
  }
}

/** What the broker of this home says on its socket; undefined while nobody answers. */
export function brokerStatus(home: TestHome): Promise<BrokerSnapshot | undefined> {
  return new Promise((resolve) => {
    const asked = request({ socketPath: join(home.folder, 'agent.sock'), path: '/v1/status', timeout: 2_000 }, (response) => {
      let body = ''
      response.on('data', (chunk: Buffer) => {
        body += chunk.toString()
      })
      response.on('end', () => resolve(response.statusCode === 200 ? (JSON.parse(body) as BrokerSnapshot) : undefined))
    })
    asked.on('error', () => resolve(undefined))
    asked.on('timeout', () => asked.destroy())
    asked.end()
  })
}
