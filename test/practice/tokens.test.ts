import { request } from 'undici'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { practicePaths } from '../../src/practice/index.ts'
import { codeFor, exchange, newVerifier, post, refresh, signIn, whoami } from './client.ts'
import { practiceServer } from './running.ts'

const invalidGrant = { status: 400, body: { error: 'invalid_grant' } }

afterEach(() => vi.useRealTimers())

/** Moves the wall clock and nothing else: timers and sockets go on. */
const advance = (seconds: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 })

describe('a refresh', () => {
  it('gives new tokens each time, and the old access token stays good until its end', async () => {
    const server = await practiceServer()
    const first = await signIn(server)
    const second = await refresh(server, first.refresh_token)
    expect(second).toMatchObject({ status: 200, body: { expires_in: 600, scope: 'openid profile email offline_access' } })
    const third = await refresh(server, String(second.body.refresh_token))
    const refreshTokens = [first.refresh_token, second.body.refresh_token, third.body.refresh_token]
    const accessTokens = [first.access_token, second.body.access_token, third.body.access_token]
    expect(new Set([...refreshTokens, ...accessTokens]).size).toBe(6)
    for (const token of accessTokens) expect((await whoami(server, `Bearer ${token}`)).status).toBe(200)
    expect(server.statistics).toMatchObject({
      tokenRequests: { refresh_token: { succeeded: 2, refused: 0 } },
      reuseDetections: 0,
    })
  })

  it('with a spent refresh token ends the whole family, and no other one', async () => {
    const server = await practiceServer()
    const [mine, other] = [await signIn(server), await signIn(server)]
    const { body } = await refresh(server, mine.refresh_token)
    expect((await whoami(server, `Bearer ${body.access_token}`)).status).toBe(200)

    expect(await refresh(server, mine.refresh_token)).toMatchObject(invalidGrant)
    expect(await refresh(server, String(body.refresh_token))).toMatchObject(invalidGrant)
    for (const token of [mine.access_token, body.access_token]) {
      expect((await whoami(server, `Bearer ${token}`)).status).toBe(401)
    }
    expect(server.statistics).toMatchObject({
      tokenRequests: { refresh_token: { succeeded: 1, refused: 2 } },
      reuseDetections: 1,
    })
    expect((await whoami(server, `Bearer ${other.access_token}`)).status).toBe(200)
    expect((await refresh(server, other.refresh_token)).status).toBe(200)
  })

  it('sent several times at once succeeds at most once, and ends the family', async () => {
    const server = await practiceServer()
    const { refresh_token } = await signIn(server)
    const answers = await Promise.all(Array.from({ length: 8 }, () => refresh(server, refresh_token)))
    const winners = answers.filter(({ status }) => status === 200)
    expect(winners).toHaveLength(1)
    expect(server.statistics.reuseDetections).toBeGreaterThan(0)
    expect((await whoami(server, `Bearer ${winners[0]?.body.access_token}`)).status).toBe(401)
    expect(await refresh(server, String(winners[0]?.body.refresh_token))).toMatchObject(invalidGrant)
  })

  it('with a token that never was is refused, and counted as no reuse', async () => {
    const server = await practiceServer()
    expect(await refresh(server, 'no-such-token')).toMatchObject(invalidGrant)
    expect(await post(server, practicePaths.token, { grant_type: 'password' })).toMatchObject({ status: 400 })
    expect(server.statistics).toMatchObject({
      tokenRequests: { refresh_token: { refused: 1 }, other: { refused: 1 } },
      reuseDetections: 0,
    })
  })

  it('goes on for longer than one refresh token lives', async () => {
    const server = await practiceServer()
    let { refresh_token } = await signIn(server)
    for (let rotation = 0; rotation < 3; rotation += 1) {
      advance(20 * 24 * 3600)
      const answer = await refresh(server, refresh_token)
      expect(answer.status).toBe(200)
      refresh_token = String(answer.body.refresh_token)
    }
    advance(31 * 24 * 3600)
    expect(await refresh(server, refresh_token)).toMatchObject(invalidGrant)
  })
})

describe('an authorization code', () => {
  it('is good once; used again, it ends the family', async () => {
    const server = await practiceServer()
    const verifier = newVerifier()
    const code = await codeFor(server, verifier)
    const { body } = await exchange(server, code, verifier)
    expect(await exchange(server, code, verifier)).toMatchObject(invalidGrant)
    expect((await whoami(server, `Bearer ${body.access_token}`)).status).toBe(401)
    expect(await refresh(server, String(body.refresh_token))).toMatchObject(invalidGrant)
    expect(server.statistics.reuseDetections).toBe(1)
  })

  it('is good for a minute', async () => {
    const server = await practiceServer()
    const verifier = newVerifier()
    const code = await codeFor(server, verifier)
    advance(61)
    expect(await exchange(server, code, verifier)).toMatchObject(invalidGrant)
  })
})

describe('a revocation', () => {
  it('of a refresh token ends the family', async () => {
    const server = await practiceServer()
    const { access_token, refresh_token } = await signIn(server)
    expect(await post(server, practicePaths.revocation, { token: refresh_token })).toEqual({ status: 200, body: {} })
    expect((await whoami(server, `Bearer ${access_token}`)).status).toBe(401)
    expect(await refresh(server, refresh_token)).toMatchObject(invalidGrant)
    expect(server.statistics).toMatchObject({ revocations: 1, reuseDetections: 0 })
  })

  it('of an access token ends that token', async () => {
    const server = await practiceServer()
    const { access_token, refresh_token } = await signIn(server)
    await post(server, practicePaths.revocation, { token: access_token, token_type_hint: 'access_token' })
    expect((await whoami(server, `Bearer ${access_token}`)).status).toBe(401)
    expect((await refresh(server, refresh_token)).status).toBe(200)
    expect(server.statistics.revocations).toBe(1)
  })

  it('of an unknown token is answered 200, as RFC 7009 section 2.2 wants, and not counted', async () => {
    const server = await practiceServer()
    expect((await post(server, practicePaths.revocation, { token: 'no-such-token' })).status).toBe(200)
    expect(server.statistics.revocations).toBe(0)
  })
})

describe('the protected API', () => {
  it('asks for a token with the scheme alone', async () => {
    const { status, challenge } = await whoami(await practiceServer())
    expect({ status, challenge }).toEqual({ status: 401, challenge: 'Bearer realm="TokenTray practice API"' })
  })

  it.each([
    ['Bearer no-such-token', 401, 'invalid_token'],
    ['Bearer ', 400, 'invalid_request'],
    ['Basic YTpi', 400, 'invalid_request'],
    ['Bearer a b', 400, 'invalid_request'],
  ])('refuses "%s" with %i %s', async (authorization, status, error) => {
    const answer = await whoami(await practiceServer(), authorization)
    expect(answer).toMatchObject({ status, body: { error } })
    expect(answer.challenge).toMatch(new RegExp(`^Bearer realm="[^"]+", error="${error}", error_description="[^"]+"$`))
  })

  it('refuses a refresh token, and an access token from the second it expires', async () => {
    const server = await practiceServer({ accessTokenLifetime: 5 })
    vi.useFakeTimers({ toFake: ['Date'] })
    const { access_token, refresh_token } = await signIn(server)
    expect((await whoami(server, `Bearer ${refresh_token}`)).status).toBe(401)
    advance(4)
    expect((await whoami(server, `bearer ${access_token}`)).status).toBe(200)
    advance(1)
    expect(await whoami(server, `Bearer ${access_token}`)).toMatchObject({ status: 401, body: { error: 'invalid_token' } })
    expect((await refresh(server, refresh_token)).status).toBe(200)
  })

  it('refuses a token that lacks a scope', async () => {
    const server = await practiceServer()
    const verifier = newVerifier()
    const { body } = await exchange(server, await codeFor(server, verifier, { scope: 'openid' }), verifier)
    const answer = await whoami(server, `Bearer ${body.access_token}`)
    expect(answer).toMatchObject({ status: 403, body: { error: 'insufficient_scope' } })
    expect(answer.challenge).toContain('scope="profile email"')
  })

  it('has one resource and one method', async () => {
    const server = await practiceServer()
    const missing = await request(`${server.apiUrl}/other`)
    const posted = await request(`${server.apiUrl}/whoami`, { method: 'POST' })
    await Promise.all([missing.body.dump(), posted.body.dump()])
    expect([missing.statusCode, posted.statusCode, posted.headers.allow]).toEqual([404, 405, 'GET'])
  })
})
