// What goes wrong at a sign-in: the message says what to do, and nothing is granted.
import { describe, expect, test } from 'vitest'
import { createProviderClient } from '../../src/oauth/index.ts'
import { providers, withUpstream } from '../../src/providers/index.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { botCheck, withProviderDouble } from './double/index.ts'
import { clientOf, contextOf, signInBy } from './signing-in.ts'

describe('openai-codex', () => {
  test('a workspace without Codex is named, with what to do', async () => {
    await withProviderDouble({}, async (double) => {
      const decision = { deny: 'access_denied', description: 'missing_codex_entitlement: ask your admin' }
      await expect(signInBy(clientOf('openai-codex', double), double, 'paste', { decision })).rejects.toMatchObject({
        code: 'access_denied',
        message: expect.stringContaining('has no Codex'),
        fix: expect.stringContaining('workspace'),
      })
    })
  })

  test('one more account makes the browser ask who it is', async () => {
    await withProviderDouble({}, async (double) => {
      const client = clientOf('openai-codex', double)
      const parametersOf = async (another: boolean) => {
        const attempt = await client.startLogin({ flow: 'paste', another })
        attempt.outcome.catch(() => {})
        attempt.cancel()
        const { searchParams } = new URL(attempt.authorizationUrl)
        return [searchParams.get('prompt'), searchParams.get('max_age')]
      }
      expect(await parametersOf(false)).toEqual([null, null])
      expect(await parametersOf(true)).toEqual(['login', '0'])
    })
  })

  test('two members of one workspace and one member of two workspaces are three accounts', async () => {
    await withProviderDouble({}, async (double) => {
      const client = clientOf('openai-codex', double)
      const keys = new Set<string | undefined>()
      for (const [user, workspace] of [
        ['ana', 'team'],
        ['bo', 'team'],
        ['ana', 'home'],
      ]) {
        double.person = { ...double.person, user: user ?? '', workspace: workspace ?? '' }
        keys.add((await signInBy(client, double, 'paste')).identity.key)
      }
      expect(keys.size).toBe(3)
    })
  })

  test('device login that is not switched on says how to switch it on', async () => {
    await withProviderDouble({}, async (double) => {
      double.answerNext('/api/accounts/deviceauth/usercode', { status: 404, body: {} })
      await expect(clientOf('openai-codex', double).startLogin({ flow: 'device' })).rejects.toMatchObject({
        message: expect.stringMatching(/security settings of ChatGPT/),
      })
    })
  })

  test('a bot check is a blocked network and no reason to sign in again', async () => {
    await withProviderDouble({}, async (double) => {
      double.answerNext('/api/accounts/deviceauth/usercode', botCheck)
      await expect(clientOf('openai-codex', double).startLogin({ flow: 'device' })).rejects.toMatchObject({
        message: expect.stringContaining('bot check'),
      })
    })
  })
})

describe('anthropic', () => {
  test('the code of another sign-in is refused, and the right one still works', async () => {
    await withProviderDouble({}, async (double) => {
      const client = clientOf('anthropic', double)
      const [first, second] = [await client.startLogin({}), await client.startLogin({})]
      for (const attempt of [first, second]) attempt.outcome.catch(() => {})
      expect(first.prompt).toEqual({ kind: 'paste', reason: 'The last page shows a code.' })
      const own = double.approve(first.authorizationUrl)
      expect(() => second.submit(own)).toThrow(expect.objectContaining({ code: 'state_mismatch' }))
      first.submit(own)
      expect((await first.outcome).identity.email).toBe('robin@practice.example')
      second.cancel()
      // The state is no word of the verifier, as it is in programs that came before.
      expect(own.split('#')[1]).not.toBe(new URL(first.authorizationUrl).searchParams.get('code_challenge'))
    })
  })
})

describe('github-copilot', () => {
  test.for([
    [403, 'no Copilot'],
    [404, 'no Copilot'],
    [500, 'gave no token'],
  ] as const)('an account to which GitHub answers %s is told: %s', async ([status, words]) => {
    await withProviderDouble({ deviceInterval: 0.05 }, async (double) => {
      double.answerAlways('/copilot_internal/v2/token', { status, body: { message: 'Resource not accessible' } })
      await expect(signInBy(clientOf('github-copilot', double), double, 'device')).rejects.toMatchObject({
        code: 'login_failed',
        message: expect.stringContaining(words),
      })
    })
  })

  test('a plan that is lost for a while ends nothing; a token that GitHub revoked does', async () => {
    await withProviderDouble({ deviceInterval: 0.05 }, async (double) => {
      const client = clientOf('github-copilot', double)
      const grant = await signInBy(client, double, 'device')
      double.answerNext('/copilot_internal/v2/token', { status: 403, body: { message: 'no access' } })
      expect(await client.refresh(grant)).toMatchObject({ kind: 'transient', unused: true })
      double.endGrant('github-copilot')
      expect(await client.refresh(grant)).toMatchObject({ kind: 'terminal', cause: 'revoked' })
    })
  })

  test.for([1e300, -1, 0, Math.floor(Date.now() / 1000) - 5])('an end that cannot be meant (%d) is a short life', async (end) => {
    await withProviderDouble({ deviceInterval: 0.05 }, async (double) => {
      const client = clientOf('github-copilot', double)
      const grant = await signInBy(client, double, 'device')
      double.answerNext('/copilot_internal/v2/token', { status: 200, body: { token: 'tid=1', expires_at: end } })
      const outcome = await client.refresh(grant)
      if (outcome.kind !== 'refreshed') throw new Error(outcome.kind)
      const life = (outcome.grant.expiresAt ?? 0) - Date.now()
      expect(life).toBeGreaterThan(1_400_000)
      expect(life).toBeLessThan(1_501_000)
    })
  })

  test('a place that is not of GitHub is not believed', async () => {
    await withProviderDouble({ deviceInterval: 0.05 }, async (double) => {
      const { derived } = providers.find(({ id }) => id === 'github-copilot') ?? {}
      expect(derived?.read({ token: 'tid=1;proxy-ep=proxy.business.githubcopilot.com;x' }).baseUrl).toBe(
        'https://api.business.githubcopilot.com',
      )
      const client = clientOf('github-copilot', double)
      const grant = await signInBy(client, double, 'device')
      expect(client.access({ ...grant, baseUrl: undefined as never }).baseUrl).toBe(`${double.origin}`)
    })
  })
})

describe('a device login', () => {
  /** On a clock that stands still, so that minutes take no time. */
  const onStillClock = async (id: string, double: { readonly origin: string }) => {
    const clock = new ManualClock()
    const definition = providers.find((each) => each.id === id)
    if (definition === undefined) throw new Error(id)
    const client = createProviderClient(withUpstream(definition, double.origin), contextOf(clock))
    return { clock, client }
  }
  const until = async (what: () => boolean) => {
    for (let turn = 0; turn < 200 && !what(); turn += 1) await new Promise((resolve) => setTimeout(resolve, 10))
  }

  test.for(['kimi', 'xai', 'github-copilot'] as const)('of %s that is denied or expires ends with what to do', async (id) => {
    await withProviderDouble({ deviceInterval: 0.05 }, async (double) => {
      const client = clientOf(id, double)
      for (const [end, code] of [
        ['denyDevice', 'access_denied'],
        ['expireDevice', 'login_expired'],
      ] as const) {
        const attempt = await client.startLogin({ flow: 'device' })
        if (attempt.prompt.kind !== 'device') throw new Error(attempt.prompt.kind)
        double[end](attempt.prompt.user_code)
        await expect(attempt.outcome).rejects.toMatchObject({ code, fix: expect.anything() })
      }
    })
  })

  test('slows down when it is told to, and asks less often while nobody answers', async () => {
    await withProviderDouble({ deviceInterval: 5 }, async (double) => {
      const { clock, client } = await onStillClock('xai', double)
      const attempt = await client.startLogin({ flow: 'device' })
      attempt.outcome.catch(() => {})
      const polls = () => double.count('/oauth2/token')
      double.answerNext('/oauth2/token', { status: 400, body: { error: 'slow_down' } })
      await clock.advance(5_300)
      await until(() => polls() === 1)
      await new Promise((resolve) => setTimeout(resolve, 50))
      await clock.advance(9_000)
      expect(polls()).toBe(1)
      await clock.advance(1_500)
      await until(() => polls() === 2)
      expect(polls()).toBe(2)
      attempt.cancel()
      await expect(attempt.outcome).rejects.toMatchObject({ code: 'login_cancelled' })
    })
  })

  test('is not asked without pause, whatever interval the server names, and ends when its time is over', async () => {
    await withProviderDouble({}, async (double) => {
      const started = { device_code: 'd'.repeat(30), user_code: 'ABCD', verification_uri: 'https://x.example/device' }
      double.answerNext('/oauth2/device/code', { status: 200, body: { ...started, interval: 1, expires_in: 40 } })
      double.answerAlways('/oauth2/token', { status: 400, body: { error: 'slow_down', interval: 3_000_000 } })
      const { clock, client } = await onStillClock('xai', double)
      const attempt = await client.startLogin({ flow: 'device' })
      const ended = expect(attempt.outcome).rejects.toMatchObject({ code: 'login_expired' })
      await clock.advance(1_300)
      await until(() => double.count('/oauth2/token') === 1)
      await new Promise((resolve) => setTimeout(resolve, 100))
      await clock.advance(39_000)
      await ended
      expect(double.count('/oauth2/token')).toBe(1)
    })
  })

  test('has nothing to paste, and says what to type instead', async () => {
    await withProviderDouble({}, async (double) => {
      const attempt = await clientOf('kimi', double).startLogin({})
      attempt.outcome.catch(() => {})
      expect(() => attempt.submit('https://x.example/?code=1')).toThrow(
        expect.objectContaining({ code: 'invalid_pasted_response', fix: expect.stringMatching(/^Type the code \S+ at http/) }),
      )
      attempt.cancel()
    })
  })

  test.for([
    ['no interval at all', {}],
    ['an interval that is no number', { interval: 'soon' }],
    ['a negative one', { interval: -3, expires_in: -1 }],
    ['one that no clock can hold', { interval: 1e12, expires_in: 1e12 }],
  ] as const)('with %s polls at a sensible pace', async ([, odd]) => {
    await withProviderDouble({}, async (double) => {
      double.answerNext('/oauth2/device/code', {
        status: 200,
        body: { device_code: 'd'.repeat(30), user_code: 'ABCD', verification_uri: 'https://x.example/device', ...odd },
      })
      const attempt = await clientOf('xai', double).startLogin({})
      attempt.outcome.catch(() => {})
      expect(attempt.expiresAt - Date.now()).toBeGreaterThan(60_000)
      expect(attempt.expiresAt - Date.now()).toBeLessThan(3_700_000)
      attempt.cancel()
    })
  })

  test.for(['javascript:alert(1)', 'file:///etc/passwd', 'http://x.example', 'nonsense'])(
    'is not begun when it leads to %s',
    async (address) => {
      await withProviderDouble({}, async (double) => {
        const body = { device_code: 'd'.repeat(30), user_code: 'ABCD', verification_uri: address, interval: 1 }
        double.answerNext('/oauth2/device/code', { status: 200, body })
        await expect(clientOf('xai', double).startLogin({})).rejects.toMatchObject({ code: 'login_failed' })
      })
    },
  )
})

test('openrouter: the address of another sign-in is not taken, although no state comes back', async () => {
  await withProviderDouble({}, async (double) => {
    const client = clientOf('openrouter', double)
    const [first, second] = [await client.startLogin({ flow: 'paste' }), await client.startLogin({ flow: 'paste' })]
    for (const attempt of [first, second]) attempt.outcome.catch(() => {})
    const own = double.approve(first.authorizationUrl)
    expect(() => second.submit(own)).toThrow(expect.objectContaining({ code: 'state_mismatch' }))
    first.submit(own)
    expect((await first.outcome).kind).toBe('api_key')
    second.cancel()
  })
})
