import { defaultVault, type HealthResponse } from '../protocol/index.ts'
import { becomeOwner } from '../server/index.ts'
import { answer } from './commands.ts'
import { type Environment, readSettings } from './environment.ts'
import type { HostHandle } from './handle.ts'
import { createHostParts } from './host-parts.ts'
import { VaultRoom } from './vault-room.ts'
import { VaultRooms } from './vault-rooms.ts'

export interface HostOptions {
  readonly env: Environment
  readonly host: HealthResponse['host']
}

/**
 * Wires the broker together and starts it: ownership, vault, providers, token socket, in this order, so that a second broker
 * ends before it touches anything. The default vault is the one of the handle; the others are reached over their sockets alone.
 * Throws `already_running`, `socket_unusable` or `invalid_request`.
 */
export async function startHost({ env, host }: HostOptions): Promise<HostHandle> {
  const settings = readSettings(env)
  const { home, socket } = settings
  const owned = await becomeOwner(home, { pid: process.pid, host, socket })
  const parts = await createHostParts(settings, env, host)
  const { clock, log, practice } = parts
  const main = new VaultRoom({ name: defaultVault, home, socket }, parts)
  const rooms = new VaultRooms(parts, env, main)
  await main.serve(rooms)
  await rooms.start()
  const { broker, vault, ledger, tokenFiles, movedLogins } = main
  const { refresh } = parts
  return {
    facts: { socket, home, version: parts.health.version },
    snapshot: () => broker.snapshot(),
    onSnapshot: (listener) => broker.subscribe(listener),
    onExit: () => {},
    ask: (name, value) => {
      const { shares } = main
      const context = { broker, vault, ledger, tokenFiles, movedLogins, shares, refresh, log, onWake: () => rooms.wake() }
      return answer(context, name, value)
    },
    stop: async () => {
      // First, because the rooms wait for whoever waits for a token.
      await parts.foreign.stop()
      await Promise.all([rooms.stop(), main.stop()])
      await practice?.stop()
      await owned.release()
      for (let left = 20; vault.busy && left > 0; left -= 1)
        await new Promise((resolve) => clock.after(50, () => resolve(undefined)))
      log.info('stopped', { held: vault.busy })
      return vault.busy ? 'held' : 'ended'
    },
  }
}
