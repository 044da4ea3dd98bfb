// What ends only when somebody's patience ends. These tests wait side by side, so that together they take as long as the longest.
import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { withMisbehavingServer } from './authorization-server.ts'
import { startWithMovingClock } from './moving-clock.ts'
import { paste, signIn, startLogin, tokenOf } from './practice-login.ts'
import { until, withDaemon, withHome } from './running-daemon.ts'
import { sendBytes } from './socket-request.ts'

const hour = 3600

/** A byte of good JSON every half second, for ever. */
function drip(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.write('{"access_token":"')
  const dripping = setInterval(() => response.write('x'), 500)
  response.on('close', () => clearInterval(dripping))
}

test.concurrent('a refresh that drips is cut off after 30 seconds, and meanwhile everybody else is served', async () => {
  await withMisbehavingServer(hour, (server) =>
    withHome({ TOKENTRAY_UPSTREAM: server.origin, TOKENTRAY_REFRESH: 'ondemand' }, async (daemon) => {
      const clock = await startWithMovingClock(daemon)
      await signIn(daemon, { provider: 'practice', approve: server.approve })
      const old = await tokenOf(daemon)
      await clock.advance(hour - 200)
      await signIn(daemon, { provider: 'openai-codex', approve: server.approve })
      server.answerRefreshes(drip)

      const begun = performance.now()
      const waiting = Promise.all([tokenOf(daemon), daemon.cli(['token', 'practice'], {}, 50_000)])
      await until('the refresh at the server', () => server.refreshes.length === 1)
      expect(server.secrets).toContain(await tokenOf(daemon, 'codex'))
      expect(await daemon.cli(['status'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^practice +refreshing/m) })
      const [bySocket, byCommand] = await waiting
      const took = performance.now() - begun
      expect(took).toBeGreaterThan(25_000)
      expect(took).toBeLessThan(45_000)
      expect(bySocket).toBe(old)
      expect(byCommand).toMatchObject({ code: 0, stdout: `${old}\n` })
      expect((await daemon.status()).accounts.find(({ provider }) => provider === 'practice')?.state).toMatchObject({
        kind: 'backing_off',
        error: { code: 'timeout' },
      })
      expect(server.refreshes).toHaveLength(1)

      server.answerRefreshes()
      await clock.advance(10)
      expect(await tokenOf(daemon)).not.toBe(old)
      expect(server.faults).toEqual([])
    }),
  )
})

test.concurrent('a code exchange that nobody answers fails the login, and a new one can begin', async () => {
  await withMisbehavingServer(hour, (server) =>
    withDaemon({ TOKENTRAY_UPSTREAM: server.origin }, async (daemon) => {
      const login = await startLogin(daemon, { provider: 'practice', flow: 'paste' })
      server.answerExchanges(() => {})
      const answer = await paste(daemon, login.id, server.approve(login.authorization_url))
      expect(answer.json).toMatchObject({
        status: 'failed',
        error: { code: 'login_failed', description: expect.stringContaining('did not answer in time') },
      })
      server.answerExchanges()
      await signIn(daemon, { approve: server.approve })
      expect(server.secrets).toContain(await tokenOf(daemon))
    }),
  )
})

test.concurrent.for<[name: string, bytes: string]>([
  ['head', 'GET /v1/status HTTP/1.1\r\nHost: loc'],
  ['body', 'POST /v1/logins HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\r\n{"pro'],
])('a request of half a %s to the socket is cut off, and holds up nobody', async ([, bytes]) => {
  await withDaemon({ TOKENTRAY_UPSTREAM: 'http://127.0.0.1:9' }, async (daemon) => {
    const begun = sendBytes(daemon.socket, bytes)
    expect((await daemon.ask('/v1/health')).status).toBe(200)
    expect(await begun).toMatch(/^HTTP\/1\.1 408 [\s\S]*took too long/)
  })
})
