// Sign-in by device code, from the socket of the daemon to the pages of a real authorization server.
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { approveDevice, denyDevice, type PracticeOptions, type PracticeServer } from '../../src/practice/index.ts'
import { startLogin, tokenOf, whoami, withPracticeServer } from './practice-login.ts'
import { type RunningDaemon, until, withDaemon } from './running-daemon.ts'

interface DevicePrompt {
  readonly kind: string
  readonly user_code: string
  readonly verification_uri: string
}

interface Scene {
  readonly server: PracticeServer
  readonly daemon: RunningDaemon
}

/** A second between two polls, so that no test waits longer than it must. */
function withScene(body: (scene: Scene) => Promise<void>, options: Partial<PracticeOptions> = {}): Promise<void> {
  return withPracticeServer({ devicePollInterval: 1, ...options }, (server) =>
    withDaemon({ TOKENTRAY_UPSTREAM: server.issuer }, (daemon) => body({ server, daemon })),
  )
}

async function startDeviceLogin(daemon: RunningDaemon) {
  const login = await startLogin(daemon, { provider: 'practice', flow: 'device' })
  const { user_code, verification_uri } = login.prompt as unknown as DevicePrompt
  return { id: login.id, login, user_code, verification_uri }
}

const statusOf = (daemon: RunningDaemon, id: string, wait = 0) => daemon.ask(`/v1/logins/${id}?wait=${wait}`)
const stateOf = async (daemon: RunningDaemon) =>
  (await daemon.status()).accounts.filter(({ provider }) => provider === 'practice').map(({ state }) => state.kind)
const polls = ({ statistics }: PracticeServer) => statistics.tokenRequests.device_code

describe.concurrent('a sign-in by device code', () => {
  test('shows a code, completes when the person has allowed it, and its token works', async () => {
    await withScene(async ({ server, daemon }) => {
      const { id, login, user_code, verification_uri } = await startDeviceLogin(daemon)
      expect(login.prompt).toEqual({
        kind: 'device',
        user_code: expect.stringMatching(/^[A-Z]{4}-[A-Z]{4}$/),
        verification_uri: `${server.issuer}/device`,
      })
      expect(login.authorization_url).toBe(`${server.issuer}/device?user_code=${user_code}`)
      expect((await statusOf(daemon, id)).json).toMatchObject({ status: 'pending' })

      await approveDevice(verification_uri, user_code, { person: 'mika' })
      const ended = await statusOf(daemon, id, 20)
      expect(ended.json, ended.text).toMatchObject({ status: 'completed', provider: 'practice' })
      expect(await whoami(server, await tokenOf(daemon))).toMatchObject({ status: 200, body: { sub: 'mika' } })
      expect(await stateOf(daemon)).toEqual(['active'])
      expect(polls(server).succeeded).toBe(1)
    })
  })

  test('opens the page that has the code in it already, and its refresh token is good', async () => {
    await withScene(async ({ server, daemon }) => {
      const { id, login, user_code } = await startDeviceLogin(daemon)
      await approveDevice(login.authorization_url, user_code)
      expect((await statusOf(daemon, id, 20)).json).toMatchObject({ status: 'completed' })
      const first = await tokenOf(daemon)
      const rejected = createHash('sha256').update(first).digest('hex')
      const second = await tokenOf(daemon, 'practice', `?rejected=${rejected}`)
      expect(second).not.toBe(first)
      expect(await whoami(server, second)).toMatchObject({ status: 200, body: { sub: 'robin' } })
    })
  })

  test('keeps to the pace of the server', async () => {
    await withScene(async ({ server, daemon }) => {
      const { id, user_code, verification_uri } = await startDeviceLogin(daemon)
      await until('three polls', () => polls(server).refused >= 3)
      await approveDevice(verification_uri, user_code)
      // Had the server told it to slow down, the next poll would be six seconds away.
      expect((await statusOf(daemon, id, 5)).json).toMatchObject({ status: 'completed' })
    })
  })

  test('ends with access_denied when the person denies it', async () => {
    await withScene(async ({ server, daemon }) => {
      const { id, user_code, verification_uri } = await startDeviceLogin(daemon)
      await denyDevice(verification_uri, user_code)
      const ended = await statusOf(daemon, id, 20)
      expect(ended.json, ended.text).toMatchObject({ status: 'failed', error: { code: 'access_denied' } })
      expect((await daemon.ask('/v1/token/practice')).status).not.toBe(200)
      expect(polls(server).succeeded).toBe(0)
    })
  })

  test('ends when it is cancelled, and the server is not asked any more', async () => {
    await withScene(async ({ server, daemon }) => {
      const { id, user_code, verification_uri } = await startDeviceLogin(daemon)
      await until('a poll', () => polls(server).refused === 1)
      const cancelled = await daemon.ask(`/v1/logins/${id}`, { method: 'DELETE' })
      expect(cancelled.status, cancelled.text).toBeLessThan(300)
      expect((await statusOf(daemon, id)).json).toMatchObject({ status: 'failed', error: { code: 'login_cancelled' } })
      await approveDevice(verification_uri, user_code)
      await new Promise((resolve) => setTimeout(resolve, 2500))
      expect(polls(server)).toEqual({ succeeded: 0, refused: 1 })
      expect(await stateOf(daemon)).toEqual(['signed_out'])
    })
  })
})
