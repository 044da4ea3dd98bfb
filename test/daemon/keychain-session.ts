// A daemon in a desktop session with a real keyring of its own.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { SessionEnvironment } from '../support/keyring.ts'
import { type MisbehavingServer, withMisbehavingServer } from './authorization-server.ts'
import { signIn } from './practice-login.ts'
import { type Environment, type RunningDaemon, until, withHome } from './running-daemon.ts'

const hour = 3600

export interface Scene {
  readonly session: SessionEnvironment
  readonly daemon: RunningDaemon
  readonly server: MisbehavingServer
}

export type Session = <T>(body: (env: SessionEnvironment) => Promise<T>) => Promise<T>

/** A home in a desktop session with a keyring of its own. Nothing is started. At the end, no secret is in any of its files. */
export function inSession(session: Session, body: (scene: Scene) => Promise<void>): Promise<void> {
  return session((env) =>
    withMisbehavingServer(hour, (server) => {
      const variables: Environment = { ...env, TOKENTRAY_VAULT: undefined, TOKENTRAY_UPSTREAM: server.origin }
      return withHome({ ...variables, TOKENTRAY_REFRESH: 'ondemand' }, async (daemon) => {
        await body({ session: env, daemon, server })
        expect(server.faults).toEqual([])
        await expectNothingInClear(daemon, server)
      })
    }),
  )
}

async function expectNothingInClear({ home, said }: RunningDaemon, { secrets }: MisbehavingServer): Promise<void> {
  const entries = await readdir(home, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  for (const file of files) {
    const text = await readFile(file, 'latin1')
    for (const secret of secrets) expect(text.includes(secret), file).toBe(false)
  }
  for (const secret of secrets) expect(said.includes(secret), 'the output').toBe(false)
}

export const codexSignIn = (daemon: RunningDaemon, server: MisbehavingServer) =>
  signIn(daemon, { provider: 'openai-codex', approve: server.approve })

export const codexState = async (daemon: RunningDaemon) =>
  (await daemon.status()).accounts.find(({ provider }) => provider === 'openai-codex')?.state

export const vaultState = async (daemon: RunningDaemon) => (await daemon.status()).vault.state
export const untilVault = (daemon: RunningDaemon, kind: string) =>
  until(`the vault to be ${kind}`, async () => {
    const state = await vaultState(daemon)
    return state.kind === kind ? state : undefined
  })
