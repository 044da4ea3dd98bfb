// What `tokentray token` prints: a daemon, the built command, and a real authorization server.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PracticeServer } from '../../src/practice/index.ts'
import { signIn, tokenOf, withPracticeServer } from '../daemon/practice-login.ts'
import { type RunningDaemon, withDaemon } from '../daemon/running-daemon.ts'
import { type ProviderDouble, startProviderDouble } from '../providers/double/index.ts'

function withBoth(body: (daemon: RunningDaemon, server: PracticeServer) => Promise<void>): Promise<void> {
  return withPracticeServer({ devicePollInterval: 1 }, (server) =>
    withDaemon({ TOKENTRAY_UPSTREAM: server.issuer }, (daemon) => body(daemon, server)),
  )
}

/** `curl -H @-` with these lines; answers the body. */
function curlWithHeaders(lines: string, url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('curl', ['--silent', '--show-error', '--fail', '-H', '@-', url])
    let body = ''
    child.stdout.on('data', (chunk) => {
      body += chunk
    })
    child
      .once('error', reject)
      .once('close', (code) => (code === 0 ? resolve(body) : reject(new Error(`curl ended with ${code}`))))
    child.stdin.end(lines)
  })
}

const lines = (text: string) => text.split('\n').slice(0, -1)

describe('a format of a token', () => {
  test('is what curl, a header, an environment file and a program take', async () => {
    await withBoth(async (daemon, server) => {
      await signIn(daemon)
      const token = await tokenOf(daemon)
      const format = async (name: string) => {
        const ended = await daemon.cli(['token', 'practice', '--format', name])
        expect(ended).toMatchObject({ code: 0, stderr: '' })
        return ended.stdout
      }
      expect(await format('token')).toBe(`${token}\n`)
      expect(await format('bearer')).toBe(`Bearer ${token}\n`)
      expect(await format('env')).toBe(`PRACTICE_ACCESS_TOKEN=${token}\nPRACTICE_BASE_URL=${server.apiUrl}\n`)
      expect(JSON.parse(await format('json'))).toMatchObject({ access_token: token, base_url: server.apiUrl })
      expect((await daemon.cli(['token', 'practice', '--json'])).stdout).toBe(await format('json'))
      const header = await format('header')
      expect(lines(header)[0]).toBe(`Authorization: Bearer ${token}`)
      expect(JSON.parse(await curlWithHeaders(header, `${server.apiUrl}/whoami`))).toMatchObject({ sub: 'robin' })
    })
  })

  describe('of a provider with a header and variables of its own', () => {
    let double: ProviderDouble
    beforeAll(async () => {
      double = await startProviderDouble()
    })
    afterAll(() => double.close())

    test('is that of a key or that of a plan', async () => {
      await withDaemon({ TOKENTRAY_UPSTREAM: double.origin }, async (daemon) => {
        const [key, setup] = ['sk-ant-api03-abcdefghijklmnopqrst', 'sk-ant-oat01-abcdefghijklmnopqrst']
        double.apiKeys.add(key)
        double.setupTokens.add(setup)
        for (const [secret, label] of [
          [key, 'key'],
          [setup, 'plan'],
        ] as const) {
          const add = daemon.startCli(['add', 'anthropic', '--stdin', '--label', label])
          add.type(secret)
          add.hangUp()
          expect((await add.ended).code).toBe(0)
        }
        const format = (selector: string, name: string) => daemon.cli(['token', selector, '--format', name])
        expect(lines((await format('anthropic:key', 'header')).stdout)).toEqual([
          `x-api-key: ${key}`,
          'anthropic-version: 2023-06-01',
        ])
        expect(lines((await format('anthropic:plan', 'header')).stdout)).toContain(`Authorization: Bearer ${setup}`)
        expect((await format('anthropic:plan', 'header')).stdout).toMatch(/^anthropic-beta: oauth-/m)
        expect((await format('anthropic:key', 'env')).stdout).toBe(
          `ANTHROPIC_API_KEY=${key}\nANTHROPIC_BASE_URL=${double.origin}\n`,
        )
        expect((await format('anthropic:plan', 'env')).stdout).toMatch(new RegExp(`^CLAUDE_CODE_OAUTH_TOKEN=${setup}\n`))
        expect(await format('anthropic:key', 'bearer')).toMatchObject({
          code: 2,
          stdout: '',
          stderr:
            'tokentray: This is a key for the header x-api-key, and no bearer token. Use `--format header` or `--format token`.\n',
        })
      })
    })

    test('is written as well for a token that is in the environment', async () => {
      await withDaemon({ TOKENTRAY_UPSTREAM: double.origin, ANTHROPIC_API_KEY: 'sk-ant-mine' }, async (daemon) => {
        const format = async (name: string) => (await daemon.cli(['token', 'anthropic', '--format', name])).stdout
        expect(await format('token')).toBe('sk-ant-mine\n')
        expect(await format('header')).toBe('x-api-key: sk-ant-mine\n')
        expect(await format('env')).toBe('ANTHROPIC_API_KEY=sk-ant-mine\n')
        expect(JSON.parse(await format('json'))).toMatchObject({ variable: 'ANTHROPIC_API_KEY' })
      })
    })

    test.for([
      ['an unknown one', ['--format', 'xml'], /"xml" is no format\. The formats are token, bearer/],
      ['two at once', ['--json', '--format', 'env'], /--json and --format env exclude each other/],
      ['none', ['--format'], /format/],
      ['a time to wait that is none', ['--wait=soon'], /"soon" is not a length of time/],
    ] as const)('is refused: %s', async ([, args, says]) => {
      await withDaemon({ TOKENTRAY_UPSTREAM: double.origin }, async (daemon) => {
        const ended = await daemon.cli(['token', 'practice', ...args])
        expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(says) })
      })
    })

    test('a program that hammers a signed-out account costs no request to the provider, and each failure is one line', async () => {
      await withDaemon({ TOKENTRAY_UPSTREAM: double.origin }, async (daemon) => {
        const before = double.requests.length
        const ended = await Promise.all(
          Array.from({ length: 24 }, () => daemon.cli(['token', 'openai-codex', '--client', 'codex'])),
        )
        for (const each of ended) {
          expect(each).toEqual({
            code: 4,
            stdout: '',
            stderr: expect.stringMatching(
              /^tokentray: Nobody is signed in to [^\n]*\. Run `tokentray login openai-codex`[^\n]*\n$/,
            ),
          })
        }
        expect(double.requests.length).toBe(before)
        expect((await daemon.status()).logins).toEqual([])
      })
    })

    test('nor does one whose login the provider has ended', async () => {
      await withDaemon({ TOKENTRAY_UPSTREAM: double.origin }, async (daemon) => {
        await signIn(daemon, { provider: 'openai-codex', approve: (url) => double.approve(url) })
        double.endGrant('openai-codex')
        const digest = createHash('sha256')
          .update(await tokenOf(daemon, 'openai-codex'))
          .digest('hex')
        const ask = () => daemon.cli(['token', 'openai-codex', '--rejected', digest.slice(0, 16)])
        expect((await ask()).code).toBe(4)
        const before = double.requests.length
        const ended = await Promise.all(Array.from({ length: 12 }, ask))
        expect(new Set(ended.map(({ code }) => code))).toEqual(new Set([4]))
        expect(new Set(ended.map(({ stderr }) => lines(stderr).length))).toEqual(new Set([1]))
        expect(double.requests.length).toBe(before)
      })
    })
  })
})
