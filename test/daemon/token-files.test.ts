// A token that is kept in the file of a tool, by a real daemon with the double of the providers' servers.
import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { TokenFile } from '../../src/protocol/index.ts'
import { type ProviderDouble, startProviderDouble } from '../providers/double/index.ts'
import { newHome, type RunningDaemon, until } from './running-daemon.ts'

const passphrase = 'correct horse battery staple'

let daemon: RunningDaemon
let double: ProviderDouble
let path: string
beforeEach(async () => {
  double = await startProviderDouble()
  daemon = await newHome({ TOKENTRAY_UPSTREAM: double.origin, TOKENTRAY_VAULT: 'passphrase' })
  const file = join(daemon.home, 'passphrase')
  await writeFile(file, passphrase, { mode: 0o600 })
  path = join(daemon.home, '.claude', '.credentials.json')
  await daemon.start({ TOKENTRAY_PASSPHRASE_FILE: file })
  await signIn()
})
afterEach(async () => {
  await daemon.clear()
  await double.close()
  expect(double.faults).toEqual([])
})

async function signIn(...more: string[]): Promise<void> {
  const args = ['login', 'anthropic', '--no-browser', '--paste', '--accept-provider-rules', ...more]
  const command = daemon.startCli(args)
  command.type(`${double.approve(await command.until('stdout', /^(https?:\S+)\n/m))}\n`)
  expect(await command.ended).toMatchObject({ code: 0 })
}

const put = (body: object = { account: 'anthropic' }) => daemon.ask('/v1/token-files/claude-code', { method: 'PUT', body })
const list = async () => (await daemon.ask('/v1/token-files')).json?.token_files as TokenFile[]
const held = async () => (await daemon.cli(['token', 'anthropic', '--client', 'test'])).stdout.trim()
const login = async () => JSON.parse(await readFile(path, 'utf8')).claudeAiOauth as { accessToken: string; refreshToken: null }
/** The API refused the token. */
async function refresh(): Promise<void> {
  const digest = createHash('sha256')
    .update(await held())
    .digest('hex')
  expect(await daemon.cli(['token', 'anthropic', '--client', 'test', '--rejected', digest])).toMatchObject({ code: 0 })
}
const isGone = async () =>
  readFile(path).then(
    () => false,
    () => true,
  )

describe('the file of Claude Code', () => {
  test('has the token that the broker has, never one to refresh with, and each hand-out is in the ledger', async () => {
    expect(await put()).toMatchObject({ status: 200, json: { tool: 'claude-code', path, state: 'fresh' } })
    expect(await login()).toMatchObject({ accessToken: await held(), refreshToken: null })
    const { entries } = (await daemon.ask('/v1/ledger?client=claude-code')).json as { entries: object[] }
    expect(entries).toMatchObject([{ caller: { name: 'claude-code', proof: 'claimed' }, outcome: 'handed_out', count: 1 }])
  })

  test('gets the next token when it was refreshed, and again after a start', async () => {
    await put()
    const { accessToken: first } = await login()
    await refresh()
    const second = await until('the next token', async () => (await login()).accessToken !== first && (await login()).accessToken)
    expect(second).toBe(await held())
    await daemon.kill()
    await daemon.start()
    await until('the start', async () => (await list())[0]?.state === 'fresh')
    await refresh()
    await until('the third token', async () => (await login()).accessToken !== second)
    expect(await login()).toMatchObject({ accessToken: await held() })
  })

  test.each([
    ['signs out', ['logout', 'anthropic'], undefined],
    ['switches the account off', ['disable', 'anthropic'], ['enable', 'anthropic']],
    ['denies the tool', ['clients', 'deny', 'claude-code'], ['clients', 'allow', 'claude-code']],
    ['locks', ['lock'], ['unlock', '--stdin']],
  ] as const)('loses the token when the person %s, and gets one again', async (_, away, back) => {
    await put()
    await daemon.cli([...away])
    await until('the file to go', isGone)
    await until('the state', async () => (await list())[0]?.state === 'emptied')
    expect(await list()).toMatchObject([{ error: { fix: expect.any(String) } }])
    if (back === undefined) return
    const command = daemon.startCli([...back])
    command.type(`${passphrase}\n`)
    command.hangUp()
    expect(await command.ended).toMatchObject({ code: 0 })
    await until('the token', async () => !(await isGone()))
    expect(await login()).toMatchObject({ accessToken: await held() })
  })

  test('loses the token when it is not wanted any more, and keeps what is the tool’s own', async () => {
    await mkdir(join(daemon.home, '.claude'))
    await writeFile(path, '{"mcpOAuth":{"a":{"accessToken":"m"}}}')
    await put()
    expect(await daemon.ask('/v1/token-files/claude-code', { method: 'DELETE' })).toMatchObject({ json: { token_files: [] } })
    expect(await readFile(path, 'utf8')).toBe('{"mcpOAuth":{"a":{"accessToken":"m"}}}')
    expect(await daemon.ask('/v1/token-files/claude-code', { method: 'DELETE' })).toMatchObject({ status: 404 })
    await refresh()
    expect(await readFile(path, 'utf8')).not.toContain('claudeAiOauth')
  })

  test('with a login of its own is left alone, at first and later', async () => {
    const own = '{"claudeAiOauth":{"accessToken":"a","refreshToken":"r","expiresAt":1}}'
    await mkdir(join(daemon.home, '.claude'))
    await writeFile(path, own)
    const refused = await put()
    expect(refused).toMatchObject({ status: 400, json: { error_description: expect.stringContaining('a login of its own') } })
    expect(await readFile(path, 'utf8')).toBe(own)
    expect(await list()).toEqual([])
    await writeFile(path, '{}')
    await put()
    // The person signs in there.
    await writeFile(path, own)
    await refresh()
    await until('the broker to see it', async () => (await list())[0]?.state === 'taken')
    expect(await readFile(path, 'utf8')).toBe(own)
    await daemon.ask('/v1/token-files/claude-code', { method: 'DELETE' })
    expect(await readFile(path, 'utf8')).toBe(own)
  })

  test('waits for the person where new tools have to ask', async () => {
    await daemon.cli(['clients', 'ask', 'on'])
    const answer = put()
    await until('the question', async () => (await daemon.status()).approvals.length > 0)
    await daemon.cli(['approve', 'claude-code', '--always'])
    expect(await answer).toMatchObject({ json: { state: 'fresh' } })
  })
})

describe('a request is refused', () => {
  test.each([
    ['for another provider', { account: 'openai-codex' }, 401],
    ['for a place that the tool does not read', { account: 'anthropic', path: '/tmp/tokens.json' }, 400],
    ['for a place that depends on where the broker runs', { account: 'anthropic', path: '.credentials.json' }, 400],
    ['with a member that nobody knows', { account: 'anthropic', token: 'x' }, 400],
  ])('%s', async (_, body, status) => {
    expect(await put(body)).toMatchObject({ status, json: { fix: expect.any(String) } })
    expect(await list()).toEqual([])
  })

  test('for an API key, which the tool takes by another way', async () => {
    const key = 'sk-ant-api03-0123456789abcdefghijklmnopqrstuvwxyz'
    double.apiKeys.add(key)
    const add = daemon.startCli(['add', 'anthropic', '--stdin', '--label', 'billing'])
    add.type(key)
    add.hangUp()
    expect(await add.ended).toMatchObject({ code: 0 })
    expect(await put({ account: 'anthropic:billing' })).toMatchObject({ status: 400 })
  })

  test('for a tool that is not known', async () => {
    expect(await daemon.ask('/v1/token-files/notepad', { method: 'PUT', body: { account: 'anthropic' } })).toMatchObject({
      status: 400,
    })
  })
})

test('a list that is damaged is set aside, and costs no login', async () => {
  await put()
  await daemon.stop()
  await writeFile(join(daemon.home, 'token-files.json'), '{"version":1,"token_files":[{"tool":7}]}')
  await daemon.start()
  expect(await list()).toEqual([])
  expect(daemon.said).toContain('list of token files damaged')
  expect(await held()).toMatch(/^sk-ant-oat01-/)
})
