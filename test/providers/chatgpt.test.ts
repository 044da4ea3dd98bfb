// What Sign in with ChatGPT demands beside OAuth: an issued client id, a nonce, a verified identity and a scope.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { createProviderClient } from '../../src/oauth/index.ts'
import { providers, withUpstream } from '../../src/providers/index.ts'
import { withProviderDouble } from './double/index.ts'
import { clientOf, contextOf, signInBy } from './signing-in.ts'

test('the first sign-in registers this computer, and a later one of the account goes on with the issued client id', async () => {
  await withProviderDouble({}, async (double) => {
    const client = clientOf('chatgpt', double)
    const first = await signInBy(client, double, 'browser')
    expect(first.clientId).toMatch(/^oaiapp_/)
    const again = await signInBy(client, double, 'paste', { clientId: first.clientId ?? '' })
    expect(again).toMatchObject({ clientId: first.clientId, identity: first.identity })
    expect(double.faults).toEqual([])
  })
})

test('an identity that is signed wrongly ends the sign-in, and of a refresh it says so', async () => {
  await withProviderDouble({}, async (double) => {
    const client = clientOf('chatgpt', double)
    const grant = await signInBy(client, double, 'browser')
    double.signWrongly(true)
    await expect(signInBy(client, double, 'browser')).rejects.toMatchObject({
      code: 'login_failed',
      message: expect.stringContaining('signature'),
    })
    const refreshed = await client.refresh(grant)
    if (refreshed.kind !== 'refreshed') throw new Error(refreshed.kind)
    expect(await client.verify(refreshed.grant)).toMatchObject({ kind: 'wrong', error: { code: 'id_token_invalid' } })
    double.signWrongly(false)
    double.rotateSigningKey()
    const renewed = await client.refresh(refreshed.grant)
    if (renewed.kind !== 'refreshed') throw new Error(renewed.kind)
    expect(await client.verify(renewed.grant)).toEqual({ kind: 'good' })
  })
})

test.for<[name: string, claims: Record<string, unknown>, says: RegExp]>([
  ['another audience', { aud: 'oaiapp_other' }, /its aud does not fit/],
  ['another program', { azp: 'oaiapp_other' }, /another program/],
  ['another issuer', { iss: 'https://evil.example' }, /its iss does not fit/],
  ['another sign-in', { nonce: 'replayed' }, /another sign-in/],
  ['nobody', { sub: undefined }, /sub does not fit/],
  ['an hour ago', { exp: Math.floor(Date.now() / 1000) - 3_600 }, /has expired.*clock/],
])('an identity for %s is not believed', async ([, claims, says]) => {
  await withProviderDouble({}, async (double) => {
    double.person = { ...double.person, claims }
    await expect(signInBy(clientOf('chatgpt', double), double, 'paste')).rejects.toMatchObject({
      code: 'login_failed',
      message: expect.stringMatching(says),
    })
  })
})

test('a clock that is off by ten minutes is no reason to refuse an identity', async () => {
  await withProviderDouble({}, async (double) => {
    const now = Math.floor(Date.now() / 1000)
    for (const off of [-600, 600]) {
      double.person = { ...double.person, claims: { iat: now + off, nbf: now + off, exp: now + off + 60 } }
      expect((await signInBy(clientOf('chatgpt', double), double, 'paste')).provider).toBe('chatgpt')
    }
  })
})

test('keys that cannot be had do not keep anybody from signing in', async () => {
  await withProviderDouble({}, async (double) => {
    double.answerAlways('/.well-known/jwks.json', { status: 503, body: 'busy' })
    const client = clientOf('chatgpt', double)
    const grant = await signInBy(client, double, 'browser')
    // The signature is looked at as soon as it can be.
    expect(grant.unverified).toBe(true)
    expect(await client.verify(grant)).toEqual({ kind: 'unclear' })
    // What it says of itself is looked at without any key.
    double.person = { ...double.person, claims: { iss: 'https://evil.example' } }
    await expect(signInBy(client, double, 'browser')).rejects.toMatchObject({ message: expect.stringContaining('its iss') })
  })
})

test('without the scope for the plan nobody is signed in, and the person is told what to allow', async () => {
  await withProviderDouble({}, async (double) => {
    const decision = { scope: 'openid profile email offline_access resource.invoke' }
    await expect(signInBy(clientOf('chatgpt', double), double, 'paste', { decision })).rejects.toMatchObject({
      code: 'access_denied',
      message: expect.stringContaining('did not allow the use of your plan'),
    })
  })
})

test('a plan that is not entitled is told by the server, and a response without a client id by us', async () => {
  await withProviderDouble({}, async (double) => {
    const client = clientOf('chatgpt', double)
    double.person = { ...double.person, plan: 'free' }
    await expect(signInBy(client, double, 'paste')).rejects.toMatchObject({ code: 'login_failed' })
    double.person = { ...double.person, plan: 'plus' }
    const attempt = await client.startLogin({ flow: 'paste' })
    const code = new URL(double.approve(attempt.authorizationUrl)).searchParams.get('code') ?? ''
    attempt.submit(code)
    await expect(attempt.outcome).rejects.toMatchObject({ fix: expect.stringContaining('whole address') })
  })
})

test('a place to revoke that is not of the issuer is never told the token (S7)', async () => {
  await withProviderDouble({}, async (double) => {
    const elsewhere = createServer((_request, response) => void response.writeHead(200).end())
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
    let asked = 0
    elsewhere.on('request', () => {
      asked += 1
    })
    const { port } = elsewhere.address() as AddressInfo
    const definition = providers.find(({ id }) => id === 'chatgpt')
    if (definition === undefined) throw new Error('chatgpt')
    // As the real one, which is not relocated.
    const { relocate: _, ...moved } = withUpstream(definition, double.origin)
    const client = createProviderClient(moved, contextOf())
    const grant = await signInBy(client, double, 'paste')
    const metadata = { issuer: double.origin, revocation_endpoint: `http://127.0.0.1:${port}/revoke` }
    double.answerAlways('/.well-known/openid-configuration', { status: 200, body: metadata })
    expect(await client.revoke(grant)).toBe(false)
    expect(asked).toBe(0)
    elsewhere.close()
  })
})

test('where to revoke is asked of the server, and its silence loses nothing', async () => {
  await withProviderDouble({}, async (double) => {
    const client = clientOf('chatgpt', double)
    const grant = await signInBy(client, double, 'paste')
    double.answerNext('/.well-known/openid-configuration', { status: 500, body: {} })
    double.answerNext('/.well-known/oauth-authorization-server', { status: 404, body: {} })
    expect(await client.revoke(grant)).toBe(false)
    expect(await client.revoke(grant)).toBe(true)
  })
})
