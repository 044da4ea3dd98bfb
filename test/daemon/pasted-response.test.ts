import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type MisbehavingServer, startMisbehavingServer } from './authorization-server.ts'
import { paste, type StartedLogin, startLogin, tokenOf } from './practice-login.ts'
import { newHome, type RunningDaemon } from './running-daemon.ts'

let daemon: RunningDaemon
let server: MisbehavingServer
beforeAll(async () => {
  server = await startMisbehavingServer(3600)
  daemon = await newHome({ TOKENTRAY_UPSTREAM: server.origin })
  await daemon.start()
})
afterAll(async () => {
  await daemon.clear()
  await server.close()
})

interface Response {
  readonly login: StartedLogin
  readonly code: string
  readonly state: string
  readonly redirect: string
}

/** A pending login, and what the browser of the person would end on. */
async function pendingLogin(label: string, provider = 'practice'): Promise<Response> {
  const login = await startLogin(daemon, { provider, flow: 'paste', label })
  const redirect = server.approve(login.authorization_url)
  const { searchParams } = new URL(redirect)
  return { login, redirect, code: searchParams.get('code') ?? '', state: searchParams.get('state') ?? '' }
}

const statusOf = async (id: string) => (await daemon.ask(`/v1/logins/${id}`)).json

describe('a pasted response', () => {
  test.for<[name: string, text: (response: Response) => string]>([
    ['the whole address', ({ redirect }) => redirect],
    ['the address in quotes and with spaces around', ({ redirect }) => `  "${redirect}" \n`],
    ['the address in angle brackets', ({ redirect }) => `<${redirect}>`],
    ['the address with https and another host', ({ redirect }) => redirect.replace('http://127.0.0.1:1455', 'https://localhost')],
    ['the address with the parameters in its fragment', ({ redirect }) => redirect.replace('?', '#')],
    ['the query string', ({ redirect }) => new URL(redirect).search],
    ['the query string without its question mark', ({ redirect }) => new URL(redirect).search.slice(1)],
    ['the query string in another order', ({ code, state }) => `state=${state}&code=${code}`],
    ['the code alone', ({ code }) => code],
    ['code#state', ({ code, state }) => `${code}#${state}`],
  ])('may be %s', async ([name, text]) => {
    const label = `good-${name.replaceAll(/[^a-z]+/g, '-')}`
    const response = await pendingLogin(label)
    const answer = await paste(daemon, response.login.id, text(response))
    expect(answer.status, answer.text).toBe(200)
    expect(answer.json).toMatchObject({ status: 'completed', provider: 'practice' })
    expect(server.secrets).toContain(await tokenOf(daemon, String(answer.json?.account)))
    expect(server.faults).toEqual([])
  })

  test('may also come by the command line of another terminal', async () => {
    const command = daemon.startCli(['login', 'openai-codex', '--no-browser', '--paste', '--accept-provider-rules'])
    const url = await command.until('stdout', /^(http:\S+)\n/)
    const { id } = await startLogin(daemon, { provider: 'openai-codex' })
    expect((await paste(daemon, id, server.approve(url))).json).toMatchObject({ status: 'completed' })
    expect(await command.ended).toMatchObject({ code: 0, stderr: expect.stringContaining('Signed in: openai-codex-') })
  })
})

describe('a pasted text that is no response is explained, and the login stays pending', () => {
  let response: Response
  let count = 0
  beforeEach(async () => {
    // One login for all of them, unless a fault has ended it.
    if (count > 0 && (await statusOf(response.login.id))?.status === 'pending') return
    count += 1
    response = await pendingLogin(`bad-${count}`)
  })
  afterAll(async () => {
    expect((await paste(daemon, response.login.id, response.redirect)).json).toMatchObject({ status: 'completed' })
  })

  test.for<[name: string, text: (response: Response) => string, code: string, says: RegExp]>([
    ['the response of another login', ({ code }) => `${code}#${'x'.repeat(43)}`, 'state_mismatch', /another sign-in/],
    ['an address with a wrong state', ({ redirect }) => `${redirect}x`, 'state_mismatch', /another sign-in/],
    [
      'an address with an empty state',
      ({ code }) => `http://127.0.0.1:1455/auth/callback?code=${code}&state=`,
      'state_mismatch',
      /another sign-in/,
    ],
    ['a refusal with a wrong state', () => '?error=access_denied&state=wrong', 'state_mismatch', /another sign-in/],
    ['words', () => 'I clicked on allow', 'invalid_pasted_response', /contains spaces/],
    ['one word', () => 'hello', 'invalid_pasted_response', /not a code/],
    ['a password', () => 'Tr0ub4dor&3', 'invalid_pasted_response', /not a code/],
    ['a short word', () => 'ok', 'invalid_pasted_response', /not a code/],
    ['another alphabet', () => '接続コードを貼り付けました', 'invalid_pasted_response', /not a code/],
    ['only spaces', () => '   \n ', 'invalid_pasted_response', /Nothing was pasted/],
    ['the authorization link', ({ login }) => login.authorization_url, 'invalid_pasted_response', /link to sign in with/],
    ['the last page', () => 'http://127.0.0.1:1455/success', 'invalid_pasted_response', /address of the last page/],
    ['an address without a code', () => 'http://127.0.0.1:1455/auth/callback', 'invalid_pasted_response', /contains no `code=`/],
    ['an empty code', ({ state }) => `?code=&state=${state}`, 'invalid_pasted_response', /contains no `code=`/],
    ['the state alone', ({ state }) => `state=${state}`, 'invalid_pasted_response', /contains no `code=`/],
    ['two codes', ({ code, state }) => `?code=${code}&code=x&state=${state}`, 'invalid_pasted_response', /more than one `code`/],
    ['two states', ({ redirect, state }) => `${redirect}&state=${state}`, 'invalid_pasted_response', /more than one `state`/],
    ['half an address', () => 'http://[', 'invalid_pasted_response', /not complete/],
    ['two hashes', ({ code, state }) => `${code}#${state}#x`, 'invalid_pasted_response', /not a code/],
    ['a web page', () => '<!doctype html><title>Sign in</title>', 'invalid_pasted_response', /./],
    ['binary rubbish', () => '\u0000\u0001\u0002\uffff', 'invalid_pasted_response', /not a code/],
  ])('%s', async ([, text, error, says]) => {
    const answer = await paste(daemon, response.login.id, text(response))
    expect(answer.json).toMatchObject({ error, error_description: expect.stringMatching(says), fix: expect.any(String) })
    expect(answer.status).toBe(400)
    expect(await statusOf(response.login.id)).toMatchObject({ status: 'pending' })
    // An error may reach a screen or a log, so that nothing of what was pasted is repeated in it.
    for (const secret of [response.code, response.state]) expect(answer.text).not.toContain(secret)
  })

  test.for<[name: string, body: unknown]>([
    ['nothing', { pasted: '' }],
    ['a number', { pasted: 7 }],
    ['no member at all', {}],
    ['a member too much', { pasted: 'code-of-somebody', state: 'x' }],
    ['more than 8 KiB', { pasted: `?code=${'x'.repeat(8200)}` }],
  ])('%s', async ([, body]) => {
    const answer = await daemon.ask(`/v1/logins/${response.login.id}/response`, { method: 'POST', body })
    expect(answer).toMatchObject({ status: 400, json: { error: 'invalid_request' } })
    expect(await statusOf(response.login.id)).toMatchObject({ status: 'pending' })
  })
})

describe('a pasted response that the provider does not take', () => {
  test('ends the login with the words of the provider', async () => {
    const { login, code } = await pendingLogin('spent')
    const answer = await paste(daemon, login.id, code.replace(/^..../, 'AAAA'))
    expect(answer.json).toMatchObject({
      status: 'failed',
      error: { code: 'login_failed', description: expect.stringContaining('unknown code') },
    })
    expect(await statusOf(login.id)).toEqual(answer.json)
  })

  test('such as a refusal of the person ends it as denied', async () => {
    const { login, state } = await pendingLogin('denied')
    const answer = await paste(daemon, login.id, `?error=access_denied&error_description=no%20thanks&state=${state}`)
    expect(answer.json).toMatchObject({
      status: 'failed',
      error: { code: 'access_denied', description: expect.stringContaining('no thanks') },
    })
  })

  test('of another provider belongs to another sign-in', async () => {
    const one = await pendingLogin('mine')
    const other = await pendingLogin('theirs', 'openai-codex')
    expect((await paste(daemon, one.login.id, other.redirect)).json).toMatchObject({ error: 'state_mismatch' })
    for (const { login } of [one, other]) expect(await statusOf(login.id)).toMatchObject({ status: 'pending' })
  })

  test('twice is answered with how the first one ended', async () => {
    const { login, redirect } = await pendingLogin('twice')
    const before = server.paths.length
    const [first, second] = await Promise.all([paste(daemon, login.id, redirect), paste(daemon, login.id, redirect)])
    expect(first.json).toMatchObject({ status: 'completed' })
    expect(second.json).toEqual(first.json)
    expect((await paste(daemon, login.id, redirect)).json).toEqual(first.json)
    expect(server.paths.length - before).toBe(1)
  })
})
