// The command that serves a token to containers: what it prints, what is answered meanwhile, and how it ends.
import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type PracticeServer, startPracticeServer } from '../../src/practice/index.ts'
import { ask, refusalOf } from '../client/loopback-request.ts'
import { signIn, tokenOf } from '../daemon/practice-login.ts'
import { newHome, type RunningDaemon } from '../daemon/running-daemon.ts'

describe('`tokentray token-url`', () => {
  let server: PracticeServer
  let daemon: RunningDaemon
  beforeAll(async () => {
    server = await startPracticeServer({ port: 0 })
    daemon = await newHome({ TOKENTRAY_UPSTREAM: server.issuer })
    await daemon.start()
    await signIn(daemon)
  })
  afterAll(async () => {
    await daemon.clear()
    await server.close()
  })

  const start = async (...words: string[]) => {
    const command = daemon.startCli(['token-url', 'practice', ...words])
    const authorization = await command.until('stdout', /^TOKENTRAY_TOKEN_AUTHORIZATION=(\S{43})\n/m)
    return { command, authorization, url: await command.until('stdout', /^TOKENTRAY_TOKEN_URL=(\S+)\n/m) }
  }

  test('gives a container what the broker has at that moment, and what is wrong when there is nothing', async () => {
    const { command, authorization, url } = await start('--for', '1h')
    const answered = await ask(url, { authorization })
    expect(answered.status, answered.body).toBe(200)
    const token = await tokenOf(daemon)
    expect(JSON.parse(answered.body)).toEqual({
      Token: token,
      TokenType: expect.stringMatching(/^bearer$/i),
      Expiration: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]+\.000Z$/),
      BaseUrl: server.apiUrl,
      Headers: {},
      Account: expect.stringMatching(/^practice-/),
    })
    const entries = (await daemon.ask('/v1/ledger?client=tokentray-url')).json?.entries
    expect(entries).toEqual([expect.objectContaining({ outcome: 'handed_out' })])
    await daemon.cli(['disable', 'practice'])
    expect(await ask(url, { authorization })).toMatchObject({ status: 403, body: expect.stringContaining('account_disabled') })
    await daemon.cli(['enable', 'practice'])
    command.signal('SIGTERM')
    expect((await command.ended).code).toBe(0)
    expect(await refusalOf('127.0.0.1', Number(new URL(url).port))).toBe('ECONNREFUSED')
  })

  test('ends by itself when the time is over, and has another password each time', async () => {
    const [first, second] = await Promise.all([start('--for', '1s'), start('--for', '1s')])
    expect(first.authorization).not.toBe(second.authorization)
    expect((await first.command.ended).code).toBe(0)
    expect((await second.command.ended).code).toBe(0)
  })

  test('says at once what cannot be, and serves nothing then', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const { port } = other.address() as { port: number }
    for (const [words, code, says] of [
      [['practice', '--port', String(port)], 9, /The port \d+ cannot be used \(EADDRINUSE\)[\s\S]*--port/],
      [['practice', '--port', '0x50'], 2, /"0x50" is no port/],
      [['practice', '--port', '70000'], 2, /is no port/],
      [['practice', '--for', '21d'], 2, /up to 20 days/],
      [['practice', '--for', '0'], 2, /up to 20 days/],
      [['nobody'], 7, /There is no provider "nobody"/],
      [['xai'], 4, /Nobody is signed in/],
    ] as const) {
      const ended = await daemon.cli(['token-url', ...words])
      expect(ended, words.join(' ')).toMatchObject({ code, stdout: '' })
      expect(ended.stderr).toMatch(says)
    }
    other.close()
  })
})
