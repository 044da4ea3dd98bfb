import { execFile } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { approveAuthorization, type PracticeServer } from '../../src/practice/index.ts'
import { whoami, withPracticeServer } from '../daemon/practice-login.ts'
import { isFree, redirectPortsAreFree, takeRedirectPorts } from '../daemon/redirect-ports.ts'
import { type RunningDaemon, type RunningProcess, withDaemon } from '../daemon/running-daemon.ts'

let leavePorts = async () => {}
beforeAll(async () => {
  leavePorts = await takeRedirectPorts()
}, 180_000)
afterAll(() => leavePorts())

/** A daemon whose practice provider is a server of the test. */
function withBoth(body: (daemon: RunningDaemon, server: PracticeServer) => Promise<void>): Promise<void> {
  return withPracticeServer({}, async (server) => {
    await redirectPortsAreFree()
    await withDaemon({ TOKENTRAY_UPSTREAM: server.issuer }, (daemon) => body(daemon, server))
  })
}

const printedUrl = (login: RunningProcess) => login.until('stdout', /^(http:\/\/127\.0\.0\.1:\d+\/oauth\/authorize\?\S+)\n/)

/** `tokentray login practice`, approved in the browser of the test. */
async function login(daemon: RunningDaemon): Promise<string> {
  const command = daemon.startCli(['login', 'practice', '--no-browser'])
  const page = await fetch(await approveAuthorization(await printedUrl(command)))
  expect(page.status).toBe(200)
  const ended = await command.ended
  expect(ended).toMatchObject({ code: 0, stderr: expect.stringMatching(/^Signed in: practice-/m) })
  return /Signed in: (\S+)/.exec(ended.stderr)?.[1] ?? ''
}

function curl(...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('curl', ['--silent', '--show-error', '--fail', ...args], (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    )
  })
}

describe('a login by the command line', () => {
  test('gives a token that the API takes, leaves no port open, and ends with logout', async () => {
    await withBoth(async (daemon, server) => {
      await login(daemon)
      expect(await isFree(1455)).toBe(true)

      const status = await daemon.cli(['status'])
      expect(status).toMatchObject({ code: 0, stderr: '' })
      expect(status.stdout).toMatch(/^practice +ready, fresh for \d+ \S+ +robin@practice\.example$/m)
      expect(status.stdout).toMatch(/^openai-codex +signed out$/m)

      const token = await daemon.cli(['token', 'practice'])
      expect(token).toMatchObject({ code: 0, stderr: '' })
      expect(token.stdout).toMatch(/^\S+\n$/)
      expect(await whoami(server, token.stdout.trim())).toMatchObject({ status: 200, body: { sub: 'robin' } })
      expect(await curl('--unix-socket', daemon.socket, '-H', 'Accept: text/plain', 'http://localhost/v1/token/practice')).toBe(
        token.stdout.trim(),
      )

      expect(await daemon.cli(['logout', 'practice'])).toMatchObject({
        code: 0,
        stdout: '',
        stderr: expect.stringContaining('confirmed the revocation'),
      })
      expect(server.statistics.revocations).toBe(1)
      expect((await whoami(server, token.stdout.trim())).status).toBe(401)
      expect(await daemon.cli(['token', 'practice'])).toMatchObject({ code: 4, stdout: '' })
      expect((await daemon.cli(['status'])).stdout).toMatch(/^practice +signed out$/m)
    })
  })

  test('is told by a token in JSON, and by one that must live longer', async () => {
    await withBoth(async (daemon, server) => {
      const account = await login(daemon)
      const answer = await daemon.cli(['token', 'practice', '--json'])
      expect(answer).toMatchObject({ code: 0, stderr: '' })
      const token = JSON.parse(answer.stdout)
      expect(token).toEqual({
        access_token: expect.any(String),
        token_type: 'Bearer',
        expires_at: expect.any(Number),
        provider: 'practice',
        account,
        base_url: server.apiUrl,
        headers: {},
      })
      expect(token.expires_at - Date.now() / 1000).toBeGreaterThan(590)
      // The same token satisfies every wish up to half of its life, and a longer wish is no reason to burn a rotation per call.
      for (const wish of ['0', '90', '4m', '30d']) {
        expect(await daemon.cli(['token', 'practice', '--min-valid', wish])).toMatchObject({
          code: 0,
          stdout: `${token.access_token}\n`,
        })
      }
      expect(server.statistics.tokenRequests.refresh_token.succeeded).toBe(0)
    })
  })

  test('that is denied in the browser ends with its own exit code, and the port is free', async () => {
    await withBoth(async (daemon) => {
      const command = daemon.startCli(['login', 'practice', '--no-browser'])
      const redirect = await approveAuthorization(await printedUrl(command), { deny: true })
      expect(await (await fetch(redirect)).text()).toContain('The access was not allowed')
      expect(await command.ended).toMatchObject({ code: 8, stderr: expect.stringContaining('the person denied the access') })
      expect(await isFree(1455)).toBe(true)
      expect((await daemon.cli(['status'])).stdout).toMatch(/^practice +signed out$/m)
    })
  })

  test('ends with Ctrl-C, and the port is free', async () => {
    await withBoth(async (daemon) => {
      const command = daemon.startCli(['login', 'practice', '--no-browser'])
      await command.until('stderr', /Waiting on port 1455\..*\n/)
      expect(await isFree(1455)).toBe(false)
      command.signal('SIGINT')
      expect(await command.ended).toMatchObject({ code: 8, stderr: expect.stringContaining('cancelled') })
      expect(await isFree(1455)).toBe(true)
    })
  })

  test('is joined by a second one, and both end together', async () => {
    await withBoth(async (daemon) => {
      const [one, two] = [1, 2].map(() => daemon.startCli(['login', 'practice', '--no-browser']))
      if (one === undefined || two === undefined) return
      const url = await printedUrl(one)
      expect(await printedUrl(two)).toBe(url)
      await fetch(await approveAuthorization(url))
      expect((await one.ended).code).toBe(0)
      expect((await two.ended).code).toBe(0)
      expect((await daemon.status()).accounts.filter(({ provider }) => provider === 'practice')).toHaveLength(1)
    })
  })

  test('can be finished by typing, after lines that do not fit', async () => {
    await withBoth(async (daemon) => {
      const command = daemon.startCli(['login', 'practice', '--no-browser', '--paste'])
      const url = await printedUrl(command)
      expect(await isFree(1455)).toBe(true)
      command.type(`${url}\n`)
      await command.until('stderr', /That is the link to sign in with\./)
      command.type('no such thing\n\n')
      await command.until('stderr', /contains spaces/)
      command.type(`${await approveAuthorization(url)}\n`)
      expect(await command.ended).toMatchObject({ code: 0, stderr: expect.stringMatching(/^Signed in: practice-/m) })
    })
  })

  test('of a second person makes a second account, which is chosen by its label', async () => {
    await withBoth(async (daemon, server) => {
      // The one with the label is the older one, and all the same `practice` means the one without.
      const command = daemon.startCli(['login', 'practice', '--no-browser', '--label', 'work'])
      await fetch(await approveAuthorization(await printedUrl(command), { person: 'mika' }))
      expect((await command.ended).code).toBe(0)
      await login(daemon)
      const subjectOf = async (selector: string) => {
        const { stdout } = await daemon.cli(['token', selector])
        return (await whoami(server, stdout.trim())).body.sub
      }
      expect(await subjectOf('practice')).toBe('robin')
      expect(await subjectOf('practice:work')).toBe('mika')
      expect((await daemon.cli(['status'])).stdout).toMatch(/^practice .* robin@.* default\npractice:work .* mika@/m)
      // A label names one account only.
      const again = await daemon.cli(['login', 'practice', '--no-browser', '--label', 'work'])
      expect(again).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('--account work') })
      expect((await daemon.cli(['logout', 'practice:work'])).code).toBe(0)
      expect(await subjectOf('practice')).toBe('robin')
      expect((await daemon.cli(['token', 'practice:work'])).code).toBe(7)
    })
  })
})
