import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { json, type MisbehavingServer, type TokenAnswer, withMisbehavingServer } from './authorization-server.ts'
import { type MovingClock, startWithMovingClock } from './moving-clock.ts'
import { signIn, tokenOf } from './practice-login.ts'
import { type Environment, type RunningDaemon, until, withDaemon, withHome } from './running-daemon.ts'
import { readEvents } from './socket-request.ts'

const hour = 3600
const onDemand = { TOKENTRAY_REFRESH: 'ondemand' }

interface Scene {
  readonly daemon: RunningDaemon
  readonly server: MisbehavingServer
  readonly clock: MovingClock
}

/** A daemon with an account whose token has just become due. */
function withDueToken(env: Environment, body: (scene: Scene & { readonly old: string }) => Promise<void>): Promise<void> {
  return withMisbehavingServer(hour, (server) =>
    withHome({ TOKENTRAY_UPSTREAM: server.origin, ...env }, async (daemon) => {
      const clock = await startWithMovingClock(daemon)
      await signIn(daemon, { provider: 'openai-codex', approve: server.approve })
      const old = await tokenOf(daemon, 'codex')
      await clock.advance(hour - 200)
      await body({ daemon, server, clock, old })
      expect(server.faults).toEqual([])
    }),
  )
}

/** Makes the server wait with its answers, until `release` is called. */
function heldAnswers(server: MisbehavingServer): { readonly release: () => void } {
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  server.answerRefreshes(async (response, issue) => {
    await released
    json(response, 200, issue())
  })
  return { release }
}

const arrived = (server: MisbehavingServer, count: number) =>
  until('the refresh at the server', () => server.refreshes.length >= count)
const hashOf = (token: string) => createHash('sha256').update(token).digest('hex')
const fail: TokenAnswer = (response) => void response.writeHead(500).end()

describe.concurrent('one refresh serves', () => {
  test('fifty callers at once, by socket and by command line (S1)', async () => {
    await withDueToken(onDemand, async ({ daemon, server, old }) => {
      const { release } = heldAnswers(server)
      const commands = [1, 2, 3].map(() => daemon.cli(['token', 'openai-codex']))
      const calls = Array.from({ length: 47 }, () => tokenOf(daemon, 'codex'))
      await arrived(server, 1)
      const late = tokenOf(daemon, 'codex')
      release()
      const tokens = await Promise.all([...calls, late])
      for (const { code, stdout } of await Promise.all(commands)) {
        expect(code).toBe(0)
        tokens.push(stdout.trim())
      }
      expect(new Set(tokens).size).toBe(1)
      expect(tokens[0]).not.toBe(old)
      expect(server.refreshes).toHaveLength(1)
    })
  })

  test('fifty callers at once when it fails, and each gets the old token', async () => {
    await withDueToken(onDemand, async ({ daemon, server, old }) => {
      server.answerRefreshes(fail)
      const tokens = await Promise.all(Array.from({ length: 50 }, () => tokenOf(daemon, 'codex')))
      expect(new Set(tokens)).toEqual(new Set([old]))
      expect(server.refreshes).toHaveLength(1)
    })
  })

  test('those who stay, when others leave (S6)', async () => {
    await withDueToken(onDemand, async ({ daemon, server, old }) => {
      const { release } = heldAnswers(server)
      const leaving = Array.from({ length: 30 }, () => new AbortController())
      const gone = leaving.map(({ signal }) => daemon.ask('/v1/token/codex', { signal }))
      const staying = Array.from({ length: 5 }, () => tokenOf(daemon, 'codex'))
      await arrived(server, 1)
      for (const caller of leaving) caller.abort()
      for (const call of gone) await expect(call).rejects.toThrow(/abort/)
      release()
      const tokens = await Promise.all(staying)
      expect(new Set(tokens).size).toBe(1)
      expect(tokens[0]).not.toBe(old)
      expect(server.refreshes).toHaveLength(1)
    })
  })

  test('the next caller, when everybody has left (S6)', async () => {
    await withDueToken(onDemand, async ({ daemon, server, old }) => {
      const { release } = heldAnswers(server)
      const command = daemon.startCli(['token', 'codex'])
      await arrived(server, 1)
      command.signal('SIGKILL')
      await command.ended
      release()
      expect(await tokenOf(daemon, 'codex')).not.toBe(old)
      expect(server.refreshes).toHaveLength(1)
    })
  })

  test('a stop, which waits for it, so that the rotated token is not lost', async () => {
    await withDueToken(onDemand, async ({ daemon, server, old }) => {
      const { release } = heldAnswers(server)
      const call = daemon.ask('/v1/token/codex')
      await arrived(server, 1)
      const stopped = daemon.stop()
      release()
      const answer = await call
      expect(answer).toMatchObject({ status: 200, json: { access_token: expect.any(String) } })
      expect(answer.json?.access_token).not.toBe(old)
      expect((await stopped).code).toBe(0)
    })
  })

  test('nobody after a sign-out: what comes late is not handed out (S2)', async () => {
    await withDueToken(onDemand, async ({ daemon, server }) => {
      const { release } = heldAnswers(server)
      const call = daemon.ask('/v1/token/codex')
      await arrived(server, 1)
      expect(await daemon.cli(['logout', 'codex'])).toMatchObject({ code: 0 })
      release()
      expect((await call).status).toBe(401)
      const states = (await daemon.status()).accounts.map(({ state }) => state.kind)
      expect(new Set(states)).toEqual(new Set(['signed_out']))
      // The grant that came too late is of no use to anyone, so that the server is told to end it as well.
      await until('two revocations', () => server.paths.filter((path) => path === 'POST /oauth/revoke').length === 2)
    })
  })
})

describe.concurrent('a caller whose token the API has rejected', () => {
  test('causes one refresh, and whoever rejects the older token gets the newer one at once', async () => {
    await withDueToken(onDemand, async ({ daemon, server }) => {
      const first = await tokenOf(daemon, 'codex')
      expect(server.refreshes).toHaveLength(1)
      const reject = (token: string, length = 64) => tokenOf(daemon, 'codex', `?rejected=${hashOf(token).slice(0, length)}`)
      const tokens = await Promise.all(Array.from({ length: 50 }, () => reject(first)))
      expect(new Set(tokens).size).toBe(1)
      const [second = ''] = tokens
      expect(second).not.toBe(first)
      expect(server.refreshes).toHaveLength(2)
      // Late comers with the token before, with a token that never was, and with the shortest prefix.
      expect(await reject(first, 16)).toBe(second)
      expect(await reject('never handed out')).toBe(second)
      expect(await tokenOf(daemon, 'codex')).toBe(second)
      expect(server.refreshes).toHaveLength(2)
      expect(await reject(second, 8)).not.toBe(second)
      expect(server.refreshes).toHaveLength(3)
    })
  })

  test('never gets it again, even when no newer one can be had', async () => {
    await withDueToken(onDemand, async ({ daemon, server }) => {
      const token = await tokenOf(daemon, 'codex')
      server.answerRefreshes(fail)
      const answer = await daemon.ask(`/v1/token/codex?rejected=${hashOf(token)}`)
      expect(answer).toMatchObject({ status: 503, json: { error: 'temporarily_unavailable', retry_after: expect.any(Number) } })
      // Everybody else is still served, and nobody asks the server again before its time.
      expect(await tokenOf(daemon, 'codex')).toBe(token)
      expect((await daemon.ask(`/v1/token/codex?rejected=${hashOf(token)}`)).status).toBe(503)
      expect(server.refreshes).toHaveLength(2)
    })
  })
})

describe.concurrent('a refresh ahead', () => {
  /** An account whose token is due after a second. */
  const shortLived = (env: Environment, body: (daemon: RunningDaemon, server: MisbehavingServer) => Promise<void>) =>
    withMisbehavingServer(2, (server) =>
      withDaemon({ TOKENTRAY_UPSTREAM: server.origin, ...env }, async (daemon) => {
        await signIn(daemon, { approve: server.approve })
        await body(daemon, server)
        expect(server.faults).toEqual([])
      }),
    )

  test('comes without a caller, unless tokens are refreshed on demand only', async () => {
    await shortLived(onDemand, async (quiet, quietServer) => {
      await shortLived({}, async (daemon, server) => {
        const reader = await readEvents(daemon.socket)
        await arrived(server, 2)
        await reader.untilState('practice', 'refreshing')
        await reader.untilState('practice', 'active')
      })
      expect(quietServer.refreshes).toEqual([])
      await tokenOf(quiet)
      expect(quietServer.refreshes).toHaveLength(1)
    })
  })

  test('is tried again after a fault, unless tokens are refreshed on demand only', async () => {
    await shortLived(onDemand, async (quiet, quietServer) => {
      quietServer.answerRefreshes(fail)
      await until('a refusal', async () => (await quiet.ask('/v1/token/practice')).status === 503)
      expect(quietServer.refreshes).toHaveLength(1)
      await shortLived({}, async (daemon, server) => {
        server.answerRefreshes(fail)
        await arrived(server, 3)
        server.answerRefreshes()
        await until('a token', async () => (await daemon.ask('/v1/token/practice')).status === 200)
      })
      expect(quietServer.refreshes).toHaveLength(1)
    })
  })
})
