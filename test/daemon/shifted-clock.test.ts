// A laptop that is opened after days, a clock that is set back, a network that is gone meanwhile: the clock of a real daemon is
// shifted while it lives. Its timers go on as before, as they do after a suspend. The tests wait side by side.
import { rename, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { fakeTimeLibrary } from '../support/fake-time.mjs'
import { type MisbehavingServer, withMisbehavingServer } from './authorization-server.ts'
import { signIn, tokenOf } from './practice-login.ts'
import { type RunningDaemon, until, withHome } from './running-daemon.ts'

const library = fakeTimeLibrary()
if (library === undefined) console.log('skipped: libfaketime is not there (package libfaketime)')

const hour = 3600
/** The longest sleep of the broker, and what a busy machine adds to it. Milliseconds. */
const longestSleep = 37_000 + 8_000

interface Scene {
  readonly daemon: RunningDaemon
  readonly server: MisbehavingServer
  /** The token from before the shift. */
  readonly old: string
  shift(offset: string): Promise<void>
}

/** A daemon with one account, whose token lives an hour. `upstream` stands between it and the server. */
function withShiftedClock(body: (scene: Scene) => Promise<void>, upstream?: (server: MisbehavingServer) => Promise<string>) {
  return withMisbehavingServer(hour, async (server) => {
    const origin = (await upstream?.(server)) ?? server.origin
    await withHome({ TOKENTRAY_UPSTREAM: origin }, async (daemon) => {
      const file = join(daemon.home, 'faketime')
      const shift = async (offset: string) => {
        // Renamed, so that the daemon never reads half an offset.
        await writeFile(`${file}.new`, offset)
        await rename(`${file}.new`, file)
      }
      await shift('+0')
      await daemon.start({
        LD_PRELOAD: library,
        FAKETIME_TIMESTAMP_FILE: file,
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      })
      await signIn(daemon, { approve: server.approve })
      await body({ daemon, server, old: await tokenOf(daemon), shift })
      expect(server.faults).toEqual([])
    })
  })
}

const stateOf = async (daemon: RunningDaemon) =>
  (await daemon.status()).accounts.find(({ provider }) => provider === 'practice')?.state

describe.skipIf(library === undefined)('the clock of a running daemon', () => {
  test.concurrent('jumps by three days: the expired token is refreshed by itself, once, within 37 seconds', async () => {
    await withShiftedClock(async ({ daemon, server, old, shift }) => {
      await shift('+3d')
      await until('the refresh', () => server.refreshes.length === 1, longestSleep)
      const fresh = await tokenOf(daemon)
      expect(fresh).not.toBe(old)
      const { expires_at: end } = (await stateOf(daemon)) as { expires_at: number }
      expect(end).toBeGreaterThan(Date.now() / 1000 + 3 * 24 * hour)
      await sleep(longestSleep)
      expect(server.refreshes).toHaveLength(1)
      expect(await tokenOf(daemon)).toBe(fresh)
    })
  }, 150_000)

  test.concurrent('jumps by three days: whoever asks at once gets a fresh token, and all of them the same one', async () => {
    await withShiftedClock(async ({ daemon, server, old, shift }) => {
      await shift('+3d')
      const tokens = await Promise.all(Array.from({ length: 50 }, () => tokenOf(daemon)))
      expect(new Set(tokens).size).toBe(1)
      expect(tokens).not.toContain(old)
      await sleep(longestSleep)
      expect(server.refreshes).toHaveLength(1)
    })
  }, 150_000)

  test.concurrent('is set back by hours: the token, whose end nobody knows then, is refreshed once', async () => {
    await withShiftedClock(async ({ daemon, server, old, shift }) => {
      await shift('-5h')
      await until('the refresh', () => server.refreshes.length === 1, longestSleep)
      const fresh = await Promise.all(Array.from({ length: 20 }, () => tokenOf(daemon)))
      expect(new Set(fresh).size).toBe(1)
      expect(fresh).not.toContain(old)
      const { expires_at: end } = (await stateOf(daemon)) as { expires_at: number }
      expect(end).toBeLessThan(Date.now() / 1000 - 3 * hour)
      await sleep(longestSleep)
      expect(server.refreshes).toHaveLength(1)
      expect(await stateOf(daemon)).toMatchObject({ kind: 'active' })
    })
  }, 150_000)

  test.concurrent('jumps while the network is gone: the login is kept, and goes on when the network is back', async () => {
    const network = await startNetwork()
    await withShiftedClock(
      async ({ daemon, server, old, shift }) => {
        await network.cut()
        await shift('+3d')
        await until('the attempt', async () => (await stateOf(daemon))?.kind === 'backing_off', longestSleep)
        expect(await stateOf(daemon)).toMatchObject({ error: { code: 'network' } })
        const refused = await daemon.ask('/v1/token/practice')
        expect(refused.json).toMatchObject({ error: 'temporarily_unavailable', fix: expect.any(String) })
        await network.mend()
        await until('the account', async () => (await stateOf(daemon))?.kind === 'active', 60_000)
        expect(await tokenOf(daemon)).not.toBe(old)
        expect(server.refreshes).toHaveLength(1)
      },
      (server) => network.to(server.origin),
    )
    await network.cut()
  }, 150_000)

  test.concurrent('is set back while a refresh waits for its next try: the try does not wait for hours', async () => {
    await withShiftedClock(async ({ daemon, server, shift }) => {
      server.answerRefreshes((response) => void response.writeHead(503).end('no'))
      await shift('+3d')
      await until('the attempt', async () => (await stateOf(daemon))?.kind === 'backing_off', longestSleep)
      await shift('+65h')
      server.answerRefreshes()
      await until('the account', async () => (await stateOf(daemon))?.kind === 'active', 60_000)
      expect(server.refreshes).toHaveLength(2)
    })
  }, 150_000)
})

/** A wire to a server that can be cut. */
async function startNetwork() {
  const open = new Set<Socket>()
  let target = 0
  const relay = createServer((near) => {
    const far = connect(target, '127.0.0.1')
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one)
      one.on('error', () => other.destroy()).on('close', () => other.destroy() && open.delete(one))
      one.pipe(other)
    }
  })
  const listen = (port: number) => new Promise<void>((resolve) => relay.listen(port, '127.0.0.1', resolve))
  await listen(0)
  const { port } = relay.address() as AddressInfo
  return {
    to: async (origin: string) => {
      target = Number(new URL(origin).port)
      return `http://127.0.0.1:${port}`
    },
    cut: () =>
      new Promise<void>((resolve) => {
        relay.close(() => resolve())
        for (const socket of open) socket.destroy()
      }),
    mend: () => listen(port),
  }
}
