import { createPublicKey, verify } from 'node:crypto'
import { request } from 'undici'
import { describe, expect, it, vi } from 'vitest'
import { approveAuthorization, practiceClientId, practicePaths, practicePeople } from '../../src/practice/index.ts'
import { authorizationUrl, codeFor, exchange, newVerifier, redirectUri, signIn, whoami } from './client.ts'
import { practiceServer } from './running.ts'

const query = (url: string) => Object.fromEntries(new URL(url).searchParams)
const verifier = newVerifier()

describe('a login', () => {
  it('ends with tokens that work, and prints nothing', async () => {
    const printed = (['log', 'info', 'warn', 'error'] as const).map((name) => vi.spyOn(console, name))
    const server = await practiceServer()
    const end = await approveAuthorization(authorizationUrl(server, verifier))
    expect(end.startsWith(`${redirectUri}?`)).toBe(true)
    const { code, ...rest } = query(end)
    expect(rest).toEqual({ state: 'state-of-the-test', iss: server.issuer })

    const answer = await exchange(server, code!, verifier)
    expect(answer).toMatchObject({
      status: 200,
      body: { token_type: 'Bearer', expires_in: 600, scope: 'openid profile email offline_access' },
    })
    const { sub, name, email } = { sub: 'robin', ...practicePeople[0]! }
    expect(await whoami(server, `Bearer ${answer.body.access_token}`)).toMatchObject({
      status: 200,
      body: { sub, name, email, message: expect.stringContaining(name) },
    })
    expect(server.statistics.tokenRequests.authorization_code).toEqual({ succeeded: 1, refused: 0 })
    for (const spy of printed) expect(spy).not.toHaveBeenCalled()
  })

  it('names the chosen person in a signed id_token and in the userinfo', async () => {
    const server = await practiceServer()
    const answer = await exchange(server, await codeFor(server, verifier, { nonce: 'once' }, { person: 'mika' }), verifier)
    const [head, body, signature] = String(answer.body.id_token).split('.') as [string, string, string]
    const keys = (await (await request(server.issuer + practicePaths.jwks)).body.json()) as { keys: [Record<string, string>] }
    const key = createPublicKey({ key: keys.keys[0], format: 'jwk' })
    expect(verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))).toBe(true)
    expect(JSON.parse(Buffer.from(body, 'base64url').toString())).toMatchObject({
      iss: server.issuer,
      aud: practiceClientId,
      nonce: 'once',
      sub: 'mika',
      name: 'Mika Meadows',
      email: 'mika@practice.example',
    })
    const userinfo = await request(server.issuer + practicePaths.userinfo, {
      headers: { authorization: `Bearer ${answer.body.access_token}` },
    })
    expect(await userinfo.body.json()).toMatchObject({ sub: 'mika', name: 'Mika Meadows', email: 'mika@practice.example' })
  })

  it('asks anew who signs in, so two logins can be two people', async () => {
    const server = await practiceServer()
    const first = await signIn(server, { person: 'robin' })
    const second = await signIn(server, { person: 'sol' })
    expect((await whoami(server, `Bearer ${first.access_token}`)).body.sub).toBe('robin')
    expect((await whoami(server, `Bearer ${second.access_token}`)).body.sub).toBe('sol')
  })

  it('ends with access_denied when the person denies', async () => {
    const server = await practiceServer()
    const end = await approveAuthorization(authorizationUrl(server, verifier), { deny: true })
    expect(query(end)).toMatchObject({ error: 'access_denied', state: 'state-of-the-test', iss: server.issuer })
    expect(new URL(end).searchParams.has('code')).toBe(false)
  })

  it('gives a refresh token only for offline_access', async () => {
    const server = await practiceServer()
    const answer = await exchange(server, await codeFor(server, verifier, { scope: 'openid profile email' }), verifier)
    expect(answer.status).toBe(200)
    expect(answer.body).not.toHaveProperty('refresh_token')
    expect((await whoami(server, `Bearer ${answer.body.access_token}`)).status).toBe(200)
  })

  it('can give access tokens as long as real ones', async () => {
    const server = await practiceServer({
      accessTokenBits: 12_000,
      people: [{ id: 'a', name: 'A', email: 'a@practice.example' }],
    })
    const { access_token, refresh_token } = await signIn(server)
    expect(access_token).toHaveLength(2000)
    expect(refresh_token.length).toBeLessThan(100)
    expect((await whoami(server, `Bearer ${access_token}`)).body.sub).toBe('a')
  })
})

describe('PKCE', () => {
  it.each([
    ['is missing', { code_challenge: undefined, code_challenge_method: undefined }],
    ['is plain', { code_challenge: verifier, code_challenge_method: 'plain' }],
    ['names no method', { code_challenge_method: undefined }],
  ])('is refused when it %s', async (_, changes) => {
    const end = await approveAuthorization(authorizationUrl(await practiceServer(), verifier, changes))
    expect(query(end).error).toBe('invalid_request')
    expect(query(end).code).toBeUndefined()
  })

  it('is refused when the verifier is another one or none', async () => {
    const server = await practiceServer()
    const code = await codeFor(server, verifier)
    expect(await exchange(server, code, newVerifier())).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect(await exchange(server, code, '')).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect(server.statistics.tokenRequests.authorization_code).toEqual({ succeeded: 0, refused: 2 })
    expect((await exchange(server, code, verifier)).status).toBe(200)
  })
})

describe('an authorization request', () => {
  it('may name the four redirect URIs', async () => {
    const server = await practiceServer()
    for (const uri of [
      'http://127.0.0.1:1455/auth/callback',
      'http://127.0.0.1:1457/auth/callback',
      'http://localhost:1455/auth/callback',
      'http://localhost:1457/auth/callback',
    ]) {
      const code = await codeFor(server, verifier, { redirect_uri: uri })
      expect((await exchange(server, code, verifier, { redirect_uri: uri })).status, uri).toBe(200)
    }
  })

  it('may name nothing that only looks like one of them, and is not redirected there', async () => {
    const server = await practiceServer()
    for (const uri of [
      'http://127.0.0.1:1456/auth/callback',
      'http://127.0.0.1/auth/callback',
      'http://127.0.0.1:01455/auth/callback',
      'https://127.0.0.1:1455/auth/callback',
      'http://[::1]:1455/auth/callback',
      'http://LOCALHOST:1455/auth/callback',
      'http://127.0.0.1:1455/auth/callback/',
      'http://127.0.0.1:1455/auth/callback?more=1',
      'http://127.0.0.1:1455/auth/../auth/callback',
      'http://127.0.0.1:1455/Auth/callback',
      'http://practice.example:1455/auth/callback',
    ]) {
      const response = await request(authorizationUrl(server, verifier, { redirect_uri: uri }))
      await response.body.dump()
      expect(response.statusCode, uri).toBe(400)
      expect(response.headers.location, uri).toBeUndefined()
    }
  })

  it('may name a port that the options add, and no other', async () => {
    const server = await practiceServer({ redirectPorts: [40_123] })
    const uri = 'http://127.0.0.1:40123/auth/callback'
    expect(
      (await exchange(server, await codeFor(server, verifier, { redirect_uri: uri }), verifier, { redirect_uri: uri })).status,
    ).toBe(200)
    await expect(codeFor(server, verifier, { redirect_uri: uri.replace('40123', '40124') })).rejects.toMatchObject({
      code: 'login_failed',
    })
  })

  it('gets a code that is good for its own redirect URI only', async () => {
    const server = await practiceServer()
    const answer = await exchange(server, await codeFor(server, verifier), verifier, {
      redirect_uri: 'http://localhost:1455/auth/callback',
    })
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  })

  it.each([
    ['response_type', 'token', 'unsupported_response_type'],
    ['prompt', 'none', 'login_required'],
  ])('with %s=%s ends with %s', async (name, value, error) => {
    const end = await approveAuthorization(authorizationUrl(await practiceServer(), verifier, { [name]: value }))
    // RFC 6749 section 4.2.2.1: a request for a token is answered in the fragment.
    expect(query(end.replace('#', '?')).error).toBe(error)
  })

  it('of an unknown client is not redirected', async () => {
    const url = authorizationUrl(await practiceServer(), verifier, { client_id: 'somebody-else' })
    await expect(approveAuthorization(url)).rejects.toMatchObject({ code: 'login_failed' })
  })
})

describe('approveAuthorization', () => {
  it('approves servers of this computer only', async () => {
    for (const url of ['https://127.0.0.1/', 'http://practice.example/', 'http://127.0.0.1.practice.example/']) {
      await expect(approveAuthorization(url)).rejects.toMatchObject({ code: 'login_failed' })
    }
  })

  it('does not invent a person', async () => {
    const url = authorizationUrl(await practiceServer(), verifier)
    await expect(approveAuthorization(url, { person: 'nobody' })).rejects.toMatchObject({
      code: 'login_failed',
      fix: 'Choose one of robin, mika, sol.',
    })
  })
})
