// `tokentray token --wait`: a daemon, the built command, and the servers that a person signs in at.
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { approveAuthorization, approveDevice, denyDevice, type PracticeServer } from '../../src/practice/index.ts'
import { signIn, tokenOf, withPracticeServer } from '../daemon/practice-login.ts'
import { redirectPortsAreFree, takeRedirectPorts } from '../daemon/redirect-ports.ts'
import { type RunningDaemon, type RunningProcess, withDaemon } from '../daemon/running-daemon.ts'
import { withProviderDouble } from '../providers/double/index.ts'
import { startFakeBrowser } from '../support/fake-browser.ts'
import { hasTerminals, startOnTerminal } from './terminal.ts'

function withBoth(body: (daemon: RunningDaemon, server: PracticeServer) => Promise<void>): Promise<void> {
  return withPracticeServer({ devicePollInterval: 1 }, (server) =>
    withDaemon({ TOKENTRAY_UPSTREAM: server.issuer }, (daemon) => body(daemon, server)),
  )
}

const lines = (text: string) => text.split('\n').slice(0, -1)

describe('a token that waits for the sign-in', () => {
  let leavePorts = async () => {}
  beforeAll(async () => {
    leavePorts = await takeRedirectPorts()
  }, 180_000)
  afterAll(() => leavePorts())

  const said = (command: RunningProcess, pattern: RegExp) => command.until('stderr', pattern)

  test('opens the browser once for all who wait, and prints nothing but the token', async () => {
    await withBoth(async (daemon) => {
      await redirectPortsAreFree()
      const browser = await startFakeBrowser({ PATH: daemon.env.PATH })
      try {
        const env = { ...browser.env, DISPLAY: ':99' }
        const waiting = Array.from({ length: 5 }, () => daemon.startCli(['token', 'practice', '--wait', '60'], env))
        for (const each of waiting) each.hangUp()
        const url = await browser.nextUrl(30_000)
        await Promise.all(waiting.map((each) => said(each, /The browser opens|is open already/)))
        expect((await fetch(await approveAuthorization(url))).status).toBe(200)
        const ended = await Promise.all(waiting.map((each) => each.ended))
        const token = await tokenOf(daemon)
        expect(ended.map(({ code, stdout }) => ({ code, stdout }))).toEqual(
          waiting.map(() => ({ code: 0, stdout: `${token}\n` })),
        )
        expect(await browser.urls()).toHaveLength(1)
        for (const { stderr } of ended) expect(lines(stderr)[0]).toMatch(/^tokentray: Nobody is signed in .* This waits 60 s/)
      } finally {
        await browser.close()
      }
    })
  })

  test('shows a code where there is no screen, and makes the account of the label that was asked for', async () => {
    await withBoth(async (daemon, server) => {
      const command = daemon.startCli(['token', 'practice:work', '--wait'])
      command.hangUp()
      const code = await said(command, /type the code (\S+):/)
      await approveDevice(`${server.issuer}/device`, code)
      const ended = await command.ended
      expect(ended).toMatchObject({ code: 0, stdout: `${await tokenOf(daemon, 'practice:work')}\n` })
    })
  })

  test('ends with the command when the time is over, and leaves the sign-in to the person', async () => {
    await withBoth(async (daemon) => {
      const ended = await daemon.cli(['token', 'practice', '--wait', '1s'])
      expect(ended).toMatchObject({ code: 4, stdout: '' })
      expect(lines(ended.stderr).at(-1)).toBe('tokentray: Nobody signed in within 1 s. Run `tokentray login practice`.')
      expect((await daemon.status()).logins).toHaveLength(1)
      const next = daemon.startCli(['token', 'practice', '--wait'])
      await said(next, /is open already/)
      // Whoever joins has not begun it, and takes it away from nobody.
      next.signal('SIGINT')
      await next.ended
      expect((await daemon.status()).logins).toHaveLength(1)
    })
  })

  test('ends with the command when the person says no', async () => {
    await withBoth(async (daemon, server) => {
      const command = daemon.startCli(['token', 'practice', '--wait'])
      const code = await said(command, /type the code (\S+):/)
      await denyDevice(`${server.issuer}/device`, code)
      const ended = await command.ended
      expect(ended).toMatchObject({ code: 4, stdout: '' })
      expect(lines(ended.stderr).at(-1)).toMatch(/^tokentray: .* Run `tokentray login practice`\.$/)
    })
  })

  test('is taken back by Ctrl-C, and left alone when the tool ends its helper', async () => {
    await withBoth(async (daemon) => {
      for (const [signal, left] of [
        ['SIGINT', 0],
        ['SIGTERM', 1],
      ] as const) {
        const command = daemon.startCli(['token', 'practice', '--wait'])
        await said(command, /type the code (\S+):/)
        command.signal(signal)
        await command.ended
        expect((await daemon.status()).logins, signal).toHaveLength(left)
      }
    })
  })

  test('says at once that a terminal is needed, where a person has to be asked or to paste', async () => {
    await withBoth(async (daemon) => {
      const ended = await daemon.cli(['token', 'anthropic', '--wait'])
      expect(ended).toMatchObject({ code: 4, stdout: '' })
      expect(lines(ended.stderr)[0]).toMatch(
        /^tokentray: Nobody is signed in to Anthropic Claude\. Run `tokentray login anthropic/,
      )
      expect(lines(ended.stderr).at(-1)).toMatch(/Run `tokentray login anthropic`\.$/)
      const key = await daemon.cli(['token', 'nobody', '--wait'])
      expect(key).toMatchObject({ code: 7, stdout: '' })
    })
  })

  test('signs in again to the account whose login has ended, and answers its new token', async () => {
    await withProviderDouble({}, (double) =>
      withDaemon({ TOKENTRAY_UPSTREAM: double.origin }, async (daemon) => {
        const account = await signIn(daemon, { provider: 'openai-codex', approve: (url) => double.approve(url) })
        const old = await tokenOf(daemon, 'openai-codex')
        double.endGrant('openai-codex')
        const digest = createHash('sha256').update(old).digest('hex').slice(0, 16)
        const command = daemon.startCli(['token', 'openai-codex', '--rejected', digest, '--wait', '--format', 'json'])
        double.approveDevice(await said(command, /type the code (\S+):/))
        const ended = await command.ended
        expect(ended.code, ended.stderr).toBe(0)
        const answer = JSON.parse(ended.stdout)
        expect(answer).toMatchObject({ account })
        expect(answer.access_token).not.toBe(old)
        expect(double.faults).toEqual([])
      }),
    )
  })

  test.runIf(hasTerminals())('on a terminal shows the rule card first, and takes what is pasted', async () => {
    await withProviderDouble({}, (double) =>
      withDaemon({ TOKENTRAY_UPSTREAM: double.origin }, async (daemon) => {
        const command = startOnTerminal(['token', 'anthropic', '--wait'], daemon.env)
        await command.until(/Go on nevertheless/)
        command.type('y\n')
        await command.until(/and press Enter/)
        const url = /(http:\/\/\S+authorize\S+)/.exec(command.shown())?.[1] ?? ''
        command.type(`${double.approve(url)}\n`)
        expect(await command.ended).toBe(0)
        expect(
          command
            .shown()
            .trimEnd()
            .endsWith(await tokenOf(daemon, 'anthropic')),
        ).toBe(true)
      }),
    )
  })

  test('asks nobody while there is a token, or something else is wrong', async () => {
    await withBoth(async (daemon) => {
      await signIn(daemon)
      expect(await daemon.cli(['token', 'practice', '--wait'])).toMatchObject({ code: 0, stderr: '' })
      await daemon.cli(['disable', 'practice'])
      expect(await daemon.cli(['token', 'practice', '--wait'])).toMatchObject({ code: 10, stdout: '' })
      expect((await daemon.status()).logins).toEqual([])
    })
  })
})
