// The whole broker, and the servers of the providers, one of which ends a token before its time. Whoever asks can only ask again.
import { describe, expect, test } from 'vitest'
import { botCheck, type ProviderDouble, rateLimited, type Script, withProviderDouble } from '../providers/double/index.ts'
import { startWithMovingClock } from './moving-clock.ts'
import { signIn } from './practice-login.ts'
import { type RunningDaemon, withHome } from './running-daemon.ts'
import { type Answer, ask as askOn } from './socket-request.ts'

interface Scene {
  readonly daemon: RunningDaemon
  readonly double: ProviderDouble
  readonly advance: (seconds: number) => Promise<void>
}

/** A broker that refreshes only what somebody asks for, signed in to one provider. */
const signedIn = (provider: string, body: (scene: Scene) => Promise<void>): Promise<void> =>
  withProviderDouble({ lifetime: 36_000 }, (double) =>
    withHome({ TOKENTRAY_UPSTREAM: double.origin, TOKENTRAY_REFRESH: 'ondemand' }, async (daemon) => {
      const clock = await startWithMovingClock(daemon)
      if (byDevice.has(provider)) await signInByDevice(daemon, double, provider)
      else await signIn(daemon, { provider, approve: double.approve })
      await body({ daemon, double, advance: (seconds) => clock.advance(seconds) })
      expect(double.faults).toEqual([])
    }),
  )

/** Those that no address can be pasted of. */
const byDevice = new Set(['github-copilot', 'kimi', 'xai'])

async function signInByDevice(daemon: RunningDaemon, double: ProviderDouble, provider: string): Promise<void> {
  const { json } = await daemon.ask('/v1/logins', {
    method: 'POST',
    body: { provider, flow: 'device', accept_provider_rules: true },
  })
  const { id, prompt } = json as { readonly id: string; readonly prompt: { readonly user_code: string } }
  double.approveDevice(prompt.user_code)
  expect((await daemon.ask(`/v1/logins/${id}?wait=30`)).json).toMatchObject({ status: 'completed' })
}

/** Asks as the command of a program does. */
const ask = ({ daemon }: Scene, provider: string, program: string, query = ''): Promise<Answer> =>
  daemon.ask(`/v1/token/${provider}${query}`, { headers: { 'tokentray-client': 'tool', 'tokentray-client-program': program } })

async function tokenFor(scene: Scene, provider: string, program: string): Promise<string> {
  const answer = await ask(scene, provider, program)
  expect(answer.status, answer.text).toBe(200)
  return String(answer.json?.access_token)
}

const paths = {
  'openai-codex': { check: '/backend-api/wham/usage', token: '/oauth/token' },
  chatgpt: { check: '/v1/models', token: '/api/accounts/oauth/token' },
  anthropic: { check: '/api/oauth/profile', token: '/v1/oauth/token' },
  kimi: { check: '/coding/v1/usages', token: '/api/oauth/token' },
  xai: { check: '/v1/models', token: '/oauth2/token' },
} as const
type Name = keyof typeof paths

const counted = ({ double }: Scene, provider: Name) => ({
  checks: double.count(paths[provider].check),
  refreshes: double.count(paths[provider].token),
})

/** What came since, of what is counted. */
function since(scene: Scene, provider: Name) {
  const before = counted(scene, provider)
  return () => {
    const { checks, refreshes } = counted(scene, provider)
    return { checks: checks - before.checks, refreshes: refreshes - before.refreshes }
  }
}

describe.concurrent('a token that its provider ended early', () => {
  test.each(Object.keys(paths) as Name[])('is renewed when a program asks again, after one check: %s', (provider) =>
    signedIn(provider, async (scene) => {
      const old = await tokenFor(scene, provider, '11')
      const count = since(scene, provider)
      scene.double.refuseAccess(old)
      const answers = await Promise.all(['11', '11', '11'].map((program) => tokenFor(scene, provider, program)))
      const renewed = new Set(answers)
      expect(renewed.size).toBe(1)
      expect(renewed).not.toContain(old)
      expect(count()).toEqual({ checks: 1, refreshes: 1 })
      // And of the new one, nothing is asked before somebody asks again for that.
      expect(await tokenFor(scene, provider, '12')).toBe(answers[0])
      expect(count()).toEqual({ checks: 1, refreshes: 1 })
    }),
  )

  test('is renewed once for twelve programs at once', () =>
    signedIn('openai-codex', async (scene) => {
      const programs = Array.from({ length: 12 }, (_, index) => String(100 + index))
      const [old = ''] = await Promise.all(programs.map((program) => tokenFor(scene, 'openai-codex', program)))
      const count = since(scene, 'openai-codex')
      scene.double.refuseAccess(old)
      const renewed = new Set(await Promise.all(programs.map((program) => tokenFor(scene, 'openai-codex', program))))
      expect(renewed.size).toBe(1)
      expect(renewed).not.toContain(old)
      expect(count()).toEqual({ checks: 1, refreshes: 1 })
    }))

  test('is renewed for a program on another machine, which asks on the socket of a share', () =>
    signedIn('openai-codex', async (scene) => {
      const { daemon, double } = scene
      const made = await daemon.ask('/v1/shares', {
        method: 'POST',
        body: { accounts: ['openai-codex'], name: 'ssh-far', for: 600 },
      })
      const far = async () => {
        const headers = { 'tokentray-client-program': '11' }
        return (await askOn(String(made.json?.socket), '/v1/token/openai-codex', { headers })).json?.access_token
      }
      const old = String(await far())
      const count = since(scene, 'openai-codex')
      double.refuseAccess(old)
      const renewed = await far()
      expect(renewed).toEqual(expect.any(String))
      expect(renewed).not.toBe(old)
      expect(count()).toEqual({ checks: 1, refreshes: 1 })
    }))

  test('is handed out on, when nobody says who asks, and to each program the first time', () =>
    signedIn('openai-codex', async (scene) => {
      const old = await tokenFor(scene, 'openai-codex', '11')
      const count = since(scene, 'openai-codex')
      scene.double.refuseAccess(old)
      for (let turn = 0; turn < 3; turn += 1) {
        expect((await scene.daemon.ask('/v1/token/openai-codex')).json?.access_token).toBe(old)
        expect(await tokenFor(scene, 'openai-codex', String(20 + turn))).toBe(old)
      }
      // A number that is none is as good as no number.
      for (const nonsense of ['', '0', '-1', '1.5', '12345678901', 'x', '11 11', '1e3']) {
        for (let turn = 0; turn < 2; turn += 1) expect(await tokenFor(scene, 'openai-codex', nonsense)).toBe(old)
      }
      expect(count()).toEqual({ checks: 0, refreshes: 0 })
    }))

  test('whose login has ended as well leads to what has to be done, and not to the dead token', () =>
    signedIn('openai-codex', async (scene) => {
      const old = await tokenFor(scene, 'openai-codex', '11')
      const count = since(scene, 'openai-codex')
      scene.double.refuseAccess(old)
      scene.double.endGrant(old)
      for (let turn = 0; turn < 3; turn += 1) {
        expect(await ask(scene, 'openai-codex', '11')).toMatchObject({
          status: 401,
          json: { error: 'reauthorization_required', fix: expect.stringContaining('tokentray login openai-codex') },
        })
      }
      expect(count()).toEqual({ checks: 1, refreshes: 1 })
    }))

  test('is renewed for the command line, which says itself for which program it asks', () =>
    signedIn('openai-codex', async (scene) => {
      const command = async () => (await scene.daemon.cli(['token', 'openai-codex', '--client', 'codex'])).stdout.trim()
      const old = await command()
      const count = since(scene, 'openai-codex')
      scene.double.refuseAccess(old)
      const renewed = await command()
      expect(renewed).toMatch(/^\S+$/)
      expect(renewed).not.toBe(old)
      expect(count()).toEqual({ checks: 1, refreshes: 1 })
      const why = await scene.daemon.cli(['why', 'openai-codex'])
      expect(why.stdout).toMatch(/^The provider had ended the token before this one early, .* it was renewed .* ago\.$/m)
      expect(JSON.parse((await scene.daemon.cli(['why', 'openai-codex', '--json'])).stdout)).toMatchObject({
        ended_early_at: expect.any(Number),
      })
      const { stdout } = await scene.daemon.cli(['ledger'])
      expect(stdout.trim().split('\n')).toEqual([
        expect.stringMatching(/codex +got a token /),
        expect.stringMatching(/codex +got a new token, as the provider had ended the last one early /),
      ])
      expect(stdout).not.toContain(renewed)
    }))
})

describe.concurrent('a program that asks again is answered with the token that is held', () => {
  test.each<[string, Script]>([
    ['the provider is down', { status: 503, body: 'busy' }],
    ['the provider wants to be asked later', rateLimited],
    ['a bot check stands before the provider', botCheck],
    ['the network has a login page, even one that says 401', { status: 401, body: '<html>Sign in to the network</html>' }],
    ['the connection breaks', 'lost'],
    ['the provider never answers', () => new Promise(() => {})],
    ['the account may not ask that', { status: 403, body: { error: { message: 'no' } } }],
    ['the provider sends it elsewhere', { status: 302, headers: { location: 'http://127.0.0.1:9/' } }],
  ])('when %s', (_, script) =>
    signedIn('openai-codex', async (scene) => {
      const old = await tokenFor(scene, 'openai-codex', '11')
      const count = since(scene, 'openai-codex')
      scene.double.answerAlways(paths['openai-codex'].check, script)
      for (let turn = 0; turn < 20; turn += 1) expect(await tokenFor(scene, 'openai-codex', '11')).toBe(old)
      expect(count()).toEqual({ checks: 1, refreshes: 0 })
    }),
  )

  test('when the token is good, with few checks for many questions', () =>
    signedIn('openai-codex', async (scene) => {
      const old = await tokenFor(scene, 'openai-codex', '11')
      const count = since(scene, 'openai-codex')
      for (let turn = 0; turn < 120; turn += 1) {
        await scene.advance(20)
        expect(await tokenFor(scene, 'openai-codex', '11')).toBe(old)
      }
      // Forty minutes: after 30 seconds, then 60, 120, 240, and each 300.
      expect(count().checks).toBeGreaterThan(5)
      expect(count().checks).toBeLessThanOrEqual(13)
      expect(count().refreshes).toBe(0)
    }))

  test('of GitHub Copilot, whose only question is about another token', () =>
    signedIn('github-copilot', async (scene) => {
      const old = await tokenFor(scene, 'github-copilot', '11')
      const before = scene.double.requests.length
      for (let turn = 0; turn < 3; turn += 1) expect(await tokenFor(scene, 'github-copilot', '11')).toBe(old)
      expect(scene.double.requests).toHaveLength(before)
    }))
})
