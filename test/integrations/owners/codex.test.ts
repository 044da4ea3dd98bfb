// The talk with `codex app-server`, against a program that enforces it.
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fileReaders } from '../../../src/integrations/file-readers.ts'
import { CodexTokens } from '../../../src/integrations/owners/codex.ts'
import { until } from '../../daemon/running-daemon.ts'
import { CodexDouble, type CodexPlan, chatGptToken } from './codex-double.ts'

let home: string
let codex: CodexDouble
let tokens: CodexTokens

const [first, second] = [chatGptToken(1), chatGptToken(2)]

beforeEach(async () => {
  home = await mkdtemp('/tmp/tt-o-')
  codex = new CodexDouble(join(home, 'bin'))
})

afterEach(async () => {
  await tokens.stop()
  expect(codex.violations).toEqual([])
  // The program writes down its end, which may come a moment later.
  await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
})

async function given(plan: CodexPlan, patience: { start?: number; answer?: number; idle?: number } = {}): Promise<void> {
  await codex.install(plan)
  const env = { PATH: `${codex.folder}:${process.env.PATH}`, HOME: home, TOKENTRAY_PASSPHRASE_FILE: '/nowhere' }
  tokens = new CodexTokens({ env, home, platform: process.platform }, fileReaders, {
    start: 8_000,
    answer: 8_000,
    idle: 600_000,
    ...patience,
  })
}

const isAlive = (pid: number) => spawnSync('kill', ['-0', String(pid)]).status === 0

describe('Codex', () => {
  test('is started once, asked what it has, and told to refresh once for all who want that', async () => {
    await given({ token: first, next: [second], delay: 100 })
    expect(await Promise.all([tokens.token(false), tokens.token(false)])).toEqual([first, first])
    expect(new Set(await Promise.all(Array.from({ length: 8 }, () => tokens.token(true))))).toEqual(new Set([second]))
    expect([codex.count('start'), codex.count('read'), codex.count('renew')]).toEqual([1, 2, 1])
  })

  test('ends when nobody has asked for a while, and is started again by the next who asks', async () => {
    await given({ token: first }, { idle: 50 })
    expect(await tokens.token(false)).toBe(first)
    await until('its end', () => codex.count('end') === 1)
    expect(await tokens.token(false)).toBe(first)
    expect(codex.count('start')).toBe(2)
  })

  test('that was ended by somebody else is started again', async () => {
    await given({ token: first })
    await tokens.token(false)
    const [{ pid = 0 } = {}] = codex.events
    process.kill(pid, 'SIGKILL')
    await until('its end', () => !isAlive(pid))
    expect(await Promise.all([tokens.token(false), tokens.token(false)])).toEqual([first, first])
    expect(codex.count('start')).toBe(2)
  })

  test('may print something before it speaks', async () => {
    await given({ mode: 'prints', token: first })
    expect(await tokens.token(false)).toBe(first)
  })

  test('that nobody is signed in to says so, and sees a later sign-in of another Codex', async () => {
    await given({ mode: 'signed_out' })
    await expect(tokens.token(false)).rejects.toMatchObject({ code: 'reauthorization_required', fix: /`codex login`/ })
    await codex.plan({ token: first })
    expect(await tokens.token(false)).toBe(first)
    expect(codex.count('start')).toBe(2)
  })

  test.each([
    ['apikey', /an API key/],
    ['chatgptAuthTokens', /tokens of another program/],
  ])('that is used with %s has no login to give', async (method, message) => {
    await given({ method, token: 'sk-this-is-no-token-of-a-plan' })
    const error = await tokens.token(false).catch((thrown: unknown) => thrown as Error)
    expect(error).toMatchObject({ code: 'reauthorization_required', message: expect.stringMatching(message) })
    expect(String(error)).not.toContain('sk-this')
  })

  test('that is not installed is named, and is found once it is', async () => {
    await given({ token: first })
    await codex.uninstall()
    tokens = new CodexTokens({ env: { PATH: `${codex.folder}:/usr/bin:/bin` }, home, platform: process.platform }, fileReaders)
    await expect(tokens.token(false)).rejects.toMatchObject({ code: 'owner_unavailable', message: /not installed/ })
  })

  test.each([
    ['ends', /ended without an answer \(exit code 2\)/],
    ['dies', /ended without an answer \(exit code 3\)/],
    ['garbage', /makes no sense/],
    ['floods', /makes no sense/],
    ['old', /too old/],
  ] as const)('that %s is told apart, and works again when it does', async (mode, message) => {
    await given({ mode, token: first })
    await expect(tokens.token(false)).rejects.toMatchObject({
      code: 'owner_unavailable',
      message: expect.stringMatching(message),
    })
    await codex.plan({ token: first })
    expect(await tokens.token(false)).toBe(first)
  })

  test.each([
    ['hangs', { start: 300 }],
    ['mute', { answer: 300 }],
  ] as const)('that %s is not waited for, and is ended', async (mode, patience) => {
    await given({ mode, token: first }, patience)
    await expect(tokens.token(false)).rejects.toMatchObject({ code: 'owner_unavailable', message: /did not answer in time/ })
    const [{ pid = 0 } = {}] = codex.events
    await until('its end', () => !isAlive(pid))
  })

  test.each(['', 'two\nlines', 'not ascii: ä', 'x'.repeat(20_000)])(
    'gives no token that cannot stand in a header (%#)',
    async (token) => {
      await given({ token })
      await expect(tokens.token(false)).rejects.toMatchObject({ name: 'BrokerError' })
    },
  )

  test('is ended by a stop, and whoever waits hears of it', async () => {
    await given({ mode: 'mute', token: first })
    const waiting = tokens.token(false)
    const refused = expect(waiting).rejects.toMatchObject({ code: 'temporarily_unavailable' })
    await until('the question', () => codex.count('read') === 1)
    await tokens.stop()
    await refused
    const [{ pid = 0 } = {}] = codex.events
    expect(isAlive(pid)).toBe(false)
  })
})
