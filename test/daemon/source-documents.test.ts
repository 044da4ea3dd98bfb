// The flows of the five documents that this project was asked for from, each as its user would go through it, against the double of the
// providers' servers and through the built program.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type DoubleOptions, type ProviderDouble, withProviderDouble } from '../providers/double/index.ts'
import { keyLike, visit } from '../providers/signing-in.ts'
import { startWithMovingClock } from './moving-clock.ts'
import { takeRedirectPorts } from './redirect-ports.ts'
import { type Ended, type RunningDaemon, type RunningProcess, until, withHome } from './running-daemon.ts'

interface Scene {
  readonly daemon: RunningDaemon
  readonly double: ProviderDouble
}

/** A home whose upstream is the double; the body starts the daemon. */
function onStage(options: DoubleOptions, body: (scene: Scene) => Promise<void>): Promise<void> {
  return withProviderDouble(options, (double) =>
    withHome({ TOKENTRAY_UPSTREAM: double.origin }, async (daemon) => {
      await body({ daemon, double })
      expect(double.faults).toEqual([])
    }),
  )
}

const url = (command: RunningProcess) => command.until('stdout', /^(https?:\S+)\n/m)

/** Signs in with a pasted response; answers what the command said. */
async function pasteLogin({ daemon, double }: Scene, provider: string, ...more: string[]): Promise<Ended> {
  const command = daemon.startCli(['login', provider, '--no-browser', '--paste', '--accept-provider-rules', ...more])
  command.type(`${double.approve(await url(command))}\n`)
  const ended = await command.ended
  expect(ended.code, ended.stderr).toBe(0)
  return ended
}

async function addKey({ daemon }: Scene, provider: string, key: string, ...more: string[]): Promise<Ended> {
  const command = daemon.startCli(['add', provider, '--stdin', ...more])
  command.type(key)
  command.hangUp()
  return command.ended
}

const token = async (daemon: RunningDaemon, selector: string, env: Record<string, string> = {}) => {
  const { code, stdout, stderr } = await daemon.cli(['token', selector], env)
  expect(code, stderr).toBe(0)
  return stdout.trim()
}

describe('Peekaboo', () => {
  test('headless: the address is printed, the code is pasted, a login is preferred to a key, and no key is written', () =>
    onStage({}, async (scene) => {
      const { daemon, double } = scene
      await daemon.start()
      const key = keyLike('sk-ant-api03-')
      double.apiKeys.add(key.expose())
      expect((await addKey(scene, 'anthropic', key.expose())).stderr).toMatch(/It was tried, and works/)
      expect(await token(daemon, 'anthropic')).toBe(key.expose())
      for (const provider of ['openai', 'anthropic']) await pasteLogin(scene, provider)
      expect(await token(daemon, 'anthropic')).toMatch(/^sk-ant-oat01-/)
      const answer = (await daemon.ask('/v1/token/anthropic')).json
      expect(answer).toMatchObject({
        headers: {
          'anthropic-beta':
            'oauth-2025-04-20,claude-code-20250219,interleaved-thinking-2025-05-14,fine-grained-tool-streaming-2025-05-14',
        },
      })
      // Without the login, the key steps in again.
      const [login] = (await daemon.status()).accounts.filter((row) => row.provider === 'anthropic' && row.kind === undefined)
      expect((await daemon.cli(['logout', login?.id ?? ''])).stderr).toMatch(/To end it at the provider as well: https:/)
      expect(await token(daemon, 'anthropic')).toBe(key.expose())
    }))

  test('one refresh for each expiry, however many ask', () =>
    onStage({ lifetime: 3_600 }, async (scene) => {
      const { daemon, double } = scene
      const clock = await startWithMovingClock(daemon)
      await pasteLogin(scene, 'anthropic')
      await clock.advance(3_700)
      const tokens = await Promise.all(Array.from({ length: 10 }, () => token(daemon, 'claude')))
      expect(new Set(tokens).size).toBe(1)
      expect(double.count('/v1/oauth/token')).toBe(2)
    }))

  test('a check has three states, and says what the provider said', () =>
    onStage({}, async (scene) => {
      const { daemon, double } = scene
      await daemon.start()
      await pasteLogin(scene, 'openai')
      await addKey(scene, 'anthropic', keyLike('sk-ant-api03-').expose())
      const { stdout, code } = await daemon.cli(['check', '--timeout', '30', '--verbose'])
      expect(stdout).toMatch(/^openai-codex +ready \(validated\)$/m)
      expect(stdout).toMatch(
        /^anthropic +stored \(validation failed: The provider refused the token\.\)\n +the provider said: 401/m,
      )
      expect(stdout).toMatch(/^xai +missing$/m)
      expect(code).toBe(5)
      const json = JSON.parse((await daemon.cli(['check', 'codex', '--json'])).stdout)
      expect(json).toMatchObject([{ provider: 'openai-codex', status: 'ready' }])
      double.answerAlways('/backend-api/wham/usage', () => new Promise(() => {}))
      const late = await daemon.cli(['check', 'codex', '--timeout', '1'])
      expect(late).toMatchObject({ code: 5, stdout: expect.stringMatching(/did not answer in time/) })
      // A token that was revoked before its time is refreshed once, and then it is good.
      double.answerAlways('/backend-api/wham/usage', undefined)
      double.refuseAccess('openai-codex')
      expect((await daemon.cli(['check', 'codex'])).stdout).toMatch(/ready/)
    }))
})

describe('CoderClaw', () => {
  test(
    'the callback on 127.0.0.1:1455, profiles of one provider, their order and an override for one request',
    () =>
      onStage({}, async (scene) => {
        const { daemon, double } = scene
        const leavePorts = await takeRedirectPorts()
        await daemon.start()
        for (const label of ['personal', 'work']) {
          double.person = { ...double.person, user: label, email: `${label}@b.example` }
          const args = ['login', 'openai-codex', '--no-browser', '--label', label, '--accept-provider-rules']
          const command = daemon.startCli(args)
          const redirect = double.approve(await url(command))
          expect(redirect).toMatch(/^http:\/\/localhost:1455\/auth\/callback\?/)
          expect(await visit(redirect)).toBe(200)
          expect((await command.ended).stderr).toMatch(new RegExp(`as ${label}@b.example \\(plus\\)`))
        }
        await leavePorts()
        const [personal, work] = [await token(daemon, 'codex:personal'), await token(daemon, 'codex:work')]
        expect(personal).not.toBe(work)
        expect(await token(daemon, 'codex')).toBe(personal)
        expect((await daemon.cli(['order', 'codex', 'work', 'personal'])).stdout).toBe(
          'openai-codex:work  (default)\nopenai-codex:personal\n',
        )
        expect(await token(daemon, 'codex')).toBe(work)
        expect(await token(daemon, 'codex:personal')).toBe(personal)
        for (const override of ['personal', 'anthropic:x,openai-codex:personal', 'codex:personal']) {
          expect(await token(daemon, 'codex', { TOKENTRAY_ACCOUNT: override })).toBe(personal)
        }
        expect(await token(daemon, 'codex:work', { TOKENTRAY_ACCOUNT: 'personal' })).toBe(work)
        expect(await daemon.cli(['token', 'codex'], { TOKENTRAY_ACCOUNT: 'nobody' })).toMatchObject({ code: 7 })
      }),
    300_000,
  )

  test('a setup token is kept without a refresh', () =>
    onStage({}, async (scene) => {
      const { daemon, double } = scene
      const clock = await startWithMovingClock(daemon)
      const key = keyLike('sk-ant-oat01-')
      double.setupTokens.add(key.expose())
      expect((await addKey(scene, 'anthropic', `${key.expose()}\n`)).code).toBe(0)
      await clock.advance(40 * 86_400)
      expect(await token(daemon, 'anthropic')).toBe(key.expose())
      expect(double.count('/v1/oauth/token')).toBe(0)
      expect((await daemon.status()).accounts.find((row) => row.provider === 'anthropic')).toMatchObject({
        kind: 'setup_token',
        state: { kind: 'active' },
      })
    }))

  test('20 processes that need a token at once cost one refresh', () =>
    onStage({ lifetime: 3_600 }, async (scene) => {
      const { daemon, double } = scene
      const clock = await startWithMovingClock(daemon)
      await pasteLogin(scene, 'openai-codex')
      await clock.advance(3_700)
      const tokens = await Promise.all(Array.from({ length: 20 }, () => token(daemon, 'codex')))
      expect(new Set(tokens).size).toBe(1)
      // The exchange of the code, and one refresh.
      expect(double.count('/oauth/token')).toBe(2)
    }))
})

describe('pi', () => {
  test('code=true, and a state that is not the verifier', () =>
    onStage({}, async ({ daemon, double }) => {
      await daemon.start()
      const command = daemon.startCli(['login', 'anthropic', '--no-browser', '--accept-provider-rules'])
      const page = new URL(await url(command))
      expect(Object.fromEntries(page.searchParams)).toMatchObject({
        code: 'true',
        redirect_uri: 'https://platform.claude.com/oauth/code/callback',
        code_challenge_method: 'S256',
      })
      const pasted = double.approve(page.href)
      expect(pasted).toMatch(/^[\w-]+#[\w-]+$/)
      command.type(`${pasted}\n`)
      expect((await command.ended).code).toBe(0)
    }))

  test('the priority chain: a token in the environment, the login, a key in the environment; each is explained', () =>
    onStage({}, async (scene) => {
      const { daemon } = scene
      await daemon.start()
      const helpful = await daemon.cli(['token', 'anthropic'])
      expect(helpful).toMatchObject({ code: 4, stdout: '' })
      expect(helpful.stderr).toMatch(
        /Nobody is signed in to Anthropic Claude\. .*tokentray login anthropic.*tokentray add anthropic/,
      )
      const key = { ANTHROPIC_API_KEY: 'sk-ant-api03-of-the-environment' }
      expect(await token(daemon, 'claude', key)).toBe(key.ANTHROPIC_API_KEY)
      await pasteLogin(scene, 'anthropic')
      const own = await token(daemon, 'claude', key)
      expect(own).toMatch(/^sk-ant-oat01-/)
      const both = { ...key, ANTHROPIC_OAUTH_TOKEN: 'sk-ant-oat01-of-the-environment' }
      expect(await token(daemon, 'claude', both)).toBe(both.ANTHROPIC_OAUTH_TOKEN)
      const why = (await daemon.cli(['why', 'claude'], both)).stdout
      expect(why).toMatch(/^anthropic: the token in ANTHROPIC_OAUTH_TOKEN, which your environment owns\n/)
      expect(why).toMatch(/2\. +grant +anthropic-\w+ +not reached/)
      const owned = (await daemon.cli(['why', 'claude'], key)).stdout
      expect(owned).toMatch(/^anthropic: anthropic-\w+, owned by TokenTray, valid \d+ h\n1\. .*not set: ANTHROPIC_OAUTH_TOKEN/)
      expect(owned).toMatch(/4\. +environment_key +ANTHROPIC_API_KEY +not reached/)
      // The person may want it otherwise.
      expect((await daemon.cli(['chain', 'claude', 'grant', 'environment_token'])).stdout).toBe('grant environment_token\n')
      expect(await token(daemon, 'claude', both)).toBe(own)
      expect((await daemon.cli(['chain', 'claude', 'telepathy'])).code).toBe(2)
      // An account that is named is meant, whatever the environment says.
      const [account] = (await daemon.status()).accounts.filter((row) => row.provider === 'anthropic')
      expect(await token(daemon, account?.id ?? '', both)).toBe(own)
    }))

  test('a token of the environment works without a broker, and is not written anywhere', () =>
    onStage({}, async ({ daemon }) => {
      const secret = 'sk-ant-oat01-of-the-environment-alone'
      expect(await token(daemon, 'claude', { ANTHROPIC_OAUTH_TOKEN: secret })).toBe(secret)
      await daemon.start({ ANTHROPIC_OAUTH_TOKEN: secret })
      expect(await token(daemon, 'claude')).toBe(secret)
      expect((await daemon.ask('/v1/token/claude')).status).toBe(401)
      expect(daemon.said + (await textsOf(daemon.home)).join('')).not.toContain(secret)
    }))

  test('a buffer of five minutes, and the key when the login has ended', () =>
    onStage({ lifetime: 3_600 }, async (scene) => {
      const { daemon, double } = scene
      const clock = await startWithMovingClock(daemon)
      await pasteLogin(scene, 'anthropic')
      const first = await token(daemon, 'anthropic')
      await clock.advance(3_600 - 290)
      const second = await token(daemon, 'anthropic')
      expect(second).not.toBe(first)
      const key = keyLike('sk-ant-api03-')
      double.apiKeys.add(key.expose())
      await addKey(scene, 'anthropic', key.expose())
      double.endGrant('anthropic')
      await clock.advance(3_700)
      expect(await token(daemon, 'anthropic')).toBe(key.expose())
      const { stdout } = await daemon.cli(['why', 'anthropic'])
      expect(stdout).toMatch(/grant +anthropic-\w+ +passed over +Anthropic Claude has ended this login/)
      expect(stdout).toMatch(/api_key +anthropic-\w+ +used/)
      for (const secret of double.secrets) expect(daemon.said).not.toContain(secret)
    }))
})

describe('codex-claude-proxy', () => {
  test('the PKCE parameters, prompt=login and max_age=0 for one more account, and the claims', () =>
    onStage({}, async (scene) => {
      const { daemon, double } = scene
      await daemon.start()
      const parametersOf = async (label: string) => {
        const args = ['login', 'codex', '--no-browser', '--paste', '--accept-provider-rules', '--label', label]
        const command = daemon.startCli(args)
        const page = new URL(await url(command))
        command.type(`${double.approve(page.href)}\n`)
        expect((await command.ended).code).toBe(0)
        return Object.fromEntries(page.searchParams)
      }
      const first = await parametersOf('one')
      expect(first).toMatchObject({
        response_type: 'code',
        client_id: 'app_EMoamEEZ73f0CkXaXp7hrann',
        redirect_uri: 'http://localhost:1455/auth/callback',
        scope: 'openid profile email offline_access',
        code_challenge: expect.stringMatching(/^[\w-]{43}$/),
        code_challenge_method: 'S256',
        state: expect.stringMatching(/^[\w-]{32,}$/),
        originator: 'tokentray',
      })
      expect(first).not.toHaveProperty('prompt')
      double.person = { ...double.person, user: 'second', email: 'second@b.example', plan: 'pro' }
      expect(await parametersOf('two')).toMatchObject({ prompt: 'login', max_age: '0' })
      const { accounts } = await daemon.status()
      expect(accounts.filter((row) => row.provider === 'openai-codex')).toMatchObject([
        { label: 'one', identity: { plan: 'plus' }, is_default: true },
        { label: 'two', identity: { email: 'second@b.example', plan: 'pro' } },
      ])
      const answer = (await daemon.ask('/v1/token/codex:two')).json
      expect(answer).toMatchObject({ headers: { 'ChatGPT-Account-Id': expect.any(String), originator: 'tokentray' } })
    }))

  test('a token is refreshed ahead of its end and after a start, one account at a time, and never all of them on a timer', () =>
    onStage({ lifetime: 3_600 }, async (scene) => {
      const { daemon, double } = scene
      const clock = await startWithMovingClock(daemon)
      for (const user of ['one', 'two']) {
        double.person = { ...double.person, user }
        await pasteLogin(scene, 'openai-codex', '--label', user)
      }
      const exchanges = double.count('/oauth/token')
      await clock.advance(600)
      expect(await token(daemon, 'codex:one')).toBe(await token(daemon, 'codex:one'))
      expect(double.count('/oauth/token')).toBe(exchanges)
      await clock.advance(2_600)
      // Nobody asks; the broker looks at its clock at least every 37 seconds.
      await until('both refreshes', () => double.count('/oauth/token') === exchanges + 2, 45_000)
    }))

  test('a login of somebody else than the account belongs to waits for a word of the person', () =>
    onStage({}, async (scene) => {
      const { daemon, double } = scene
      await daemon.start()
      await pasteLogin(scene, 'openai-codex', '--label', 'work')
      const before = await token(daemon, 'codex:work')
      double.person = { ...double.person, user: 'stranger', email: 'stranger@b.example' }
      const wrong = daemon.startCli(['login', 'codex', '--no-browser', '--paste', '--account', 'work'])
      wrong.type(`${double.approve(await url(wrong))}\n`)
      const ended = await wrong.ended
      expect(ended.code).toBe(8)
      expect(ended.stderr).toMatch(/You signed in as stranger@b\.example.*\n.*keeps its login.*\n.*--replace.*--add/s)
      expect(await token(daemon, 'codex:work')).toBe(before)
      const [own] = (await daemon.status()).accounts.filter((row) => row.provider === 'openai-codex')
      await pasteLogin(scene, 'openai-codex', '--account', 'work', '--replace')
      expect(await token(daemon, 'codex:work')).not.toBe(before)
      const rows = (await daemon.status()).accounts.filter((row) => row.provider === 'openai-codex')
      expect(rows).toMatchObject([{ id: own?.id, label: 'work', identity: { email: 'stranger@b.example' } }])
    }))
})

describe('tapes', () => {
  test('the login before the key before an error that says what to do', () =>
    onStage({}, async (scene) => {
      const { daemon, double } = scene
      await daemon.start()
      const nothing = await daemon.cli(['token', 'openai-codex'])
      expect(nothing).toMatchObject({ code: 4, stdout: '' })
      expect(nothing.stderr).toMatch(/tokentray login openai-codex.*tokentray add openai-codex/)
      const key = keyLike('sk-proj-')
      double.apiKeys.add(key.expose())
      await addKey(scene, 'openai-codex', key.expose())
      expect(await token(daemon, 'codex')).toBe(key.expose())
      expect((await daemon.ask('/v1/token/codex')).json).toMatchObject({ base_url: `${double.origin}/v1`, headers: {} })
      await pasteLogin(scene, 'openai-codex')
      expect(await token(daemon, 'codex')).not.toBe(key.expose())
      expect((await daemon.ask('/v1/token/codex')).json).toMatchObject({ base_url: `${double.origin}/backend-api/codex` })
      const usage = (await daemon.cli(['usage'])).stdout
      expect(usage).toMatch(/5 hours +[\d.]+ % used +resets in .* old\n.*week/)
    }))
})

async function textsOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return Promise.all(
    entries.filter((entry) => entry.isFile()).map((entry) => readFile(join(entry.parentPath, entry.name), 'utf8')),
  )
}
