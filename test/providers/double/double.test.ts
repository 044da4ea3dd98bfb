import { createPublicKey, randomUUID, verify } from 'node:crypto'
import { expect, test } from 'vitest'
import { lost, type ProviderDouble, rateLimited, robin, startProviderDouble, withProviderDouble } from './index.ts'
import { claims, faultsOf, form, get, json, type Members, msh, page, pkce, random, s256, wait } from './raw-client.ts'

const codexClient = 'app_EMoamEEZ73f0CkXaXp7hrann'
const codexPage = (double: ProviderDouble, changes: Members = {}, attempt = pkce()) => {
  const parameters = {
    ...attempt.parameters,
    client_id: codexClient,
    redirect_uri: 'http://localhost:1455/auth/callback',
    scope: 'openid profile email offline_access',
    id_token_add_organizations: 'true',
    codex_cli_simplified_flow: 'true',
    originator: 'tokentray',
    ...changes,
  }
  return { url: page(double, '/oauth/authorize', parameters), verifier: attempt.verifier }
}
async function codexLogin(double: ProviderDouble, changes: Members = {}) {
  const { url, verifier } = codexPage(double)
  const code = new URL(double.approve(url)).searchParams.get('code') ?? ''
  const redirect = { redirect_uri: 'http://localhost:1455/auth/callback', client_id: codexClient }
  const body = { grant_type: 'authorization_code', code, ...redirect, code_verifier: verifier, ...changes }
  return form(`${double.origin}/oauth/token`, body)
}

test('openai-codex: a login, its use, rotation, replay and revocation', () =>
  withProviderDouble({}, async (double) => {
    const { body: first } = await codexLogin(double)
    expect(claims(first.id_token)['https://api.openai.com/auth']).toMatchObject({ chatgpt_account_id: robin.workspace })
    const token = `${double.origin}/oauth/token`
    const refresh = { client_id: codexClient, grant_type: 'refresh_token', refresh_token: first.refresh_token }
    const { body: second } = await json(token, refresh)
    expect(second.access_token).not.toBe(first.access_token)
    expect(await json(token, refresh)).toMatchObject({ status: 401, body: { error: { code: 'refresh_token_reused' } } })
    const usage = `${double.origin}/backend-api/wham/usage`
    const bearer = { authorization: `Bearer ${second.access_token}` }
    expect((await get(usage, { ...bearer, 'chatgpt-account-id': robin.workspace })).status).toBe(200)
    expect([double.faults, double.refusals.length]).toEqual([[], 1])
    expect(await faultsOf(double, () => get(usage, bearer))).toMatch(/ChatGPT-Account-Id/)
    expect(await faultsOf(double, () => get(`${double.origin}/v1/models`, bearer))).toMatch(/platform/)
    expect(await faultsOf(double, () => form(token, { ...refresh, refresh_token: second.refresh_token }))).toMatch(/json/)
    expect(await faultsOf(double, () => json(token, { ...refresh, scope: 'openid' }))).toMatch(/scope does not belong/)
    const hint = { token_type_hint: 'refresh_token', client_id: codexClient }
    expect((await json(`${double.origin}/oauth/revoke`, { token: second.refresh_token, ...hint })).status).toBe(200)
    expect((await json(token, { ...refresh, refresh_token: second.refresh_token })).status).toBe(401)
    for (const secret of [first.access_token, first.refresh_token, second.id_token]) expect(double.secrets).toContain(secret)
  }))

test('openai-codex: wrong authorization requests and exchanges', () =>
  withProviderDouble({}, async (double) => {
    const refused = (changes: Members) => () => expect(() => double.approve(codexPage(double, changes).url)).toThrow()
    expect(await faultsOf(double, refused({ originator: 'codex_cli_rs' }))).toMatch(/originator/)
    expect(await faultsOf(double, refused({ redirect_uri: 'http://127.0.0.1:1455/auth/callback' }))).toMatch(/redirect_uri/)
    expect(await faultsOf(double, refused({ state: 'short' }))).toMatch(/state/)
    const { url } = codexPage(double)
    expect(await faultsOf(double, () => expect(() => double.approve(`${url}&scope=x`)).toThrow())).toMatch(/scope is there twice/)
    expect(await faultsOf(double, () => codexLogin(double, { state: 'x' }))).toMatch(/state does not belong/)
    expect(await faultsOf(double, () => codexLogin(double, { code_verifier: random() }))).toMatch(/does not fit/)
    expect(await faultsOf(double, () => codexLogin(double, { code: 'pasted' }))).toBe('')
    expect(double.refusals).toEqual(['openai-codex: nobody issued this code.'])
    expect(double.approve(codexPage(double).url, { deny: 'access_denied' })).toMatch(/error=access_denied/)
  }))

test('openai-codex: its own device flow, with statuses and an exchange', () =>
  withProviderDouble({ deviceInterval: 0.1 }, async (double) => {
    const path = `${double.origin}/api/accounts/deviceauth`
    const { body: started } = await json(`${path}/usercode`, { client_id: codexClient })
    expect(started.interval).toBe('0.1')
    const { device_auth_id, user_code } = started
    const poll = () => json(`${path}/token`, { device_auth_id, user_code })
    expect((await poll()).status).toBe(403)
    double.approveDevice(user_code)
    await wait(110)
    const { body: got } = await poll()
    const exchanged = await form(`${double.origin}/oauth/token`, {
      grant_type: 'authorization_code',
      code: got.authorization_code,
      redirect_uri: 'https://auth.openai.com/deviceauth/callback',
      client_id: codexClient,
      code_verifier: got.code_verifier,
    })
    expect([exchanged.status, double.faults]).toEqual([200, []])
    expect(double.secrets).not.toContain(user_code)
  }))

test('chatgpt: an issued client id, a signed id_token, and a replay that ends the sign-in', () =>
  withProviderDouble({}, async (double) => {
    const resource = 'https://api.openai.com/v1'
    const scope = 'openid profile email offline_access resource.invoke chatgpt.tokens.use.direct'
    const redirect_uri = 'http://127.0.0.1:4711/auth/callback'
    const host = { ext_agent_host_id: `urn:uuid:${randomUUID()}` }
    const authorize = (changes: Members, attempt = pkce(), nonce = random()) => {
      const all = { ...attempt.parameters, nonce, redirect_uri, resource, scope, ...host, ...changes }
      const end = new URL(double.approve(page(double, '/api/accounts/authorize', all))).searchParams
      return { code: end.get('code') ?? '', client_id: end.get('client_id') ?? '', verifier: attempt.verifier, nonce }
    }
    const first = { client_id: 'dynamic_agent_client', agent_name_hint: 'TokenTray' }
    const { body: found } = await get(`${double.origin}/.well-known/openid-configuration`, {})
    expect(found.issuer).toBe(double.origin)
    const exchange = ({ code, client_id, verifier }: ReturnType<typeof authorize>, changes: Members = {}) => {
      const rest = { grant_type: 'authorization_code', redirect_uri, resource, code_verifier: verifier }
      return form(found.token_endpoint, { ...rest, code, client_id, ...changes })
    }
    const login = authorize(first)
    const { body: tokens } = await exchange(login)
    expect(claims(tokens.id_token)).toMatchObject({ aud: login.client_id, azp: login.client_id, nonce: login.nonce })
    const verified = async (token: string) => {
      const [head, payload, signature = ''] = token.split('.')
      const { keys } = (await get(found.jwks_uri, {})).body
      const key = createPublicKey({ key: keys[0], format: 'jwk' })
      return verify('RSA-SHA256', Buffer.from(`${head}.${payload}`), key, Buffer.from(signature, 'base64url'))
    }
    expect(await verified(tokens.id_token)).toBe(true)
    expect(
      (await get(`${double.origin}/v1/models`, { authorization: `Bearer ${tokens.access_token}` })).body.models,
    ).toHaveLength(1)
    authorize({ client_id: login.client_id })
    double.signWrongly(true)
    const refresh = { grant_type: 'refresh_token', client_id: login.client_id, refresh_token: tokens.refresh_token, resource }
    const { body: next } = await form(found.token_endpoint, refresh)
    expect(await verified(next.id_token)).toBe(false)
    expect((await form(found.token_endpoint, refresh)).body.error).toBe('invalid_grant')
    expect((await form(found.token_endpoint, { ...refresh, refresh_token: next.refresh_token })).body.error).toBe('invalid_grant')
    expect(double.faults).toEqual([])
    expect(() => authorize({ ...first, client_id: login.client_id })).toThrow(/agent_name_hint does not belong/)
    expect(() => authorize({ client_id: login.client_id, ext_agent_host_id: `urn:uuid:${randomUUID()}` })).toThrow(/installation/)
    const again = authorize(first)
    expect(await faultsOf(double, () => exchange(again, { client_id: 'dynamic_agent_client' }))).toMatch(/dynamic_agent_client/)
  }))

test('anthropic: JSON with a state, code#state, and what needs which header', () =>
  withProviderDouble({}, async (double) => {
    const client_id = '9d1c250a-e61b-44d9-88ed-5944d1962f5e'
    const redirect_uri = 'https://platform.claude.com/oauth/code/callback'
    const fixed = { client_id, redirect_uri, scope: 'org:create_api_key user:profile user:inference', code: 'true' }
    const token = `${double.origin}/v1/oauth/token`
    const login = (attempt = pkce(), changes: Members = {}) => {
      const shown = double.approve(page(double, '/oauth/authorize', { ...attempt.parameters, ...fixed, ...changes }))
      const [code = '', state = ''] = shown.split('#')
      return { grant_type: 'authorization_code', client_id, code, state, redirect_uri, code_verifier: attempt.verifier }
    }
    const { body: tokens } = await json(token, login())
    expect(tokens).toMatchObject({ expires_in: 28_800, account: { uuid: robin.user, email_address: robin.email } })
    const plan = { 'anthropic-beta': 'claude-code-20250219,oauth-2025-04-20', 'anthropic-version': '2023-06-01' }
    const signedIn = { ...plan, authorization: `Bearer ${tokens.access_token}` }
    for (const path of ['/api/oauth/profile', '/api/oauth/usage', '/v1/models']) {
      expect((await get(double.origin + path, signedIn)).status, path).toBe(200)
    }
    double.setupTokens.add('sk-ant-oat01-of-a-setup')
    double.apiKeys.add('sk-ant-api03-of-the-console')
    const setup = { ...plan, authorization: 'Bearer sk-ant-oat01-of-a-setup' }
    expect((await get(`${double.origin}/api/oauth/usage`, setup)).status).toBe(403)
    expect((await get(`${double.origin}/v1/models`, setup)).status).toBe(200)
    const key = { 'x-api-key': 'sk-ant-api03-of-the-console', 'anthropic-version': '2023-06-01' }
    expect((await get(`${double.origin}/v1/models`, key)).status).toBe(200)
    double.answerNext('/api/oauth/usage', rateLimited)
    expect((await get(`${double.origin}/api/oauth/usage`, signedIn)).status).toBe(429)
    double.setRotation('anthropic', false)
    const refresh = { grant_type: 'refresh_token', client_id, refresh_token: tokens.refresh_token }
    expect((await json(token, refresh)).body).not.toHaveProperty('refresh_token')
    expect((await json(token, refresh)).status).toBe(200)
    expect(double.faults).toEqual([])
    const { state: _, ...stateless } = login()
    expect(await faultsOf(double, () => json(token, stateless))).toMatch(/state is missing/)
    const unsafe = pkce()
    const leaky = login(unsafe, { state: unsafe.verifier })
    expect(await faultsOf(double, () => json(token, leaky))).toMatch(/state is the verifier/)
    expect(await faultsOf(double, () => form(token, login()))).toMatch(/json/)
    const bare = { authorization: signedIn.authorization }
    expect(await faultsOf(double, () => get(`${double.origin}/api/oauth/usage`, bare))).toMatch(/oauth-2025-04-20/)
    const { 'anthropic-version': __, ...unversioned } = key
    expect(await faultsOf(double, () => get(`${double.origin}/v1/models`, unversioned))).toMatch(/anthropic-version/)
  }))

test('github-copilot: errors under status 200, the pace of polls, and a token made of a token', () =>
  withProviderDouble({ deviceInterval: 0.1 }, async (double) => {
    const client_id = 'Iv1.b507a08c87ecfe98'
    const start = () => form(`${double.origin}/login/device/code`, { client_id, scope: 'read:user' })
    const poll = (device_code: string, headers: Members = {}) => {
      const body = { client_id, device_code, grant_type: 'urn:ietf:params:oauth:grant-type:device_code' }
      return form(`${double.origin}/login/oauth/access_token`, body, headers)
    }
    const { body: started } = await start()
    expect(await poll(started.device_code)).toMatchObject({ status: 200, body: { error: 'authorization_pending' } })
    double.approveDevice(started.user_code)
    await wait(110)
    const github = (await poll(started.device_code)).body.access_token
    const editor = { 'editor-version': 'TokenTray/1', 'copilot-integration-id': 'vscode-chat' }
    const exchange = (headers: Members) => get(`${double.origin}/copilot_internal/v2/token`, headers)
    const { body: copilot } = await exchange({ authorization: `token ${github}`, ...editor })
    expect(copilot.token).toMatch(/^tid=.*;proxy-ep=proxy\.individual\./)
    const bearer = { authorization: `Bearer ${copilot.token}`, ...editor }
    expect((await get(`${copilot.endpoints.api}/models`, bearer)).status).toBe(200)
    expect((await get(`${double.origin}/user`, { authorization: `Bearer ${github}` })).body.id).toBeTypeOf('number')
    expect(double.faults).toEqual([])
    expect(await faultsOf(double, () => exchange({ authorization: `Bearer ${github}` }))).toMatch(/Editor-Version/)
    const { body: hasty } = await start()
    await poll(hasty.device_code)
    expect(await faultsOf(double, async () => expect((await poll(hasty.device_code)).body.interval).toBe(5.1))).toMatch(
      /a poll came/,
    )
    const { body: denied } = await start()
    double.denyDevice(denied.user_code)
    expect((await poll(denied.device_code)).body.error).toBe('access_denied')
    expect((await poll(denied.device_code, { accept: '*/*' })).type).toMatch(/urlencoded/)
    double.endGrant('github-copilot')
    expect((await exchange({ authorization: `Bearer ${github}`, ...editor })).status).toBe(401)
  }))

test('kimi and xai: device flows, their headers and scopes, and how each refuses', () =>
  withProviderDouble({ deviceInterval: 0.1 }, async (double) => {
    const kimi = '17e5f671-d194-4dfb-9706-5516cb48c098'
    const xai = 'b1a00492-073a-47ea-816f-4c329264a828'
    const scope = 'openid profile email offline_access grok-cli:access api:access'
    const device = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code' }
    const login = async (start: string, token: string, parameters: Members, headers: Members) => {
      const { body: started } = await form(double.origin + start, parameters, headers)
      double.approveDevice(started.user_code)
      const { client_id = '' } = parameters
      return form(double.origin + token, { client_id, device_code: started.device_code, ...device }, headers)
    }
    const kimiStart = '/api/oauth/device_authorization'
    const { body: first } = await login(kimiStart, '/api/oauth/token', { client_id: kimi }, msh)
    const usage = (headers: Members) => get(`${double.origin}/coding/v1/usages`, headers)
    expect((await usage({ ...msh, authorization: `Bearer ${first.access_token}` })).status).toBe(200)
    const refresh = { grant_type: 'refresh_token', client_id: kimi, refresh_token: first.refresh_token }
    expect((await form(`${double.origin}/api/oauth/token`, refresh, msh)).status).toBe(200)
    expect((await form(`${double.origin}/api/oauth/token`, refresh, msh)).status).toBe(401)
    const { body: grok } = await login(
      '/oauth2/device/code',
      '/oauth2/token',
      { client_id: xai, scope, referrer: 'tokentray' },
      {},
    )
    expect(claims(grok.id_token)).toMatchObject({ sub: robin.user, email: robin.email })
    const models = () => get(`${double.origin}/v1/models`, { authorization: `Bearer ${grok.access_token}` })
    expect((await models()).body.data).toHaveLength(1)
    double.refuseAccess('xai')
    expect(await models()).toMatchObject({ status: 403, body: { error: 'bad-credentials' } })
    expect(double.faults).toEqual([])
    const named = { ...msh, 'x-msh-platform': 'kimi_cli' }
    expect(await faultsOf(double, () => form(double.origin + kimiStart, { client_id: kimi }, named))).toMatch(/Kimi's own/)
    expect(await faultsOf(double, () => usage({ ...msh, 'x-msh-device-name': 'Z\u00fcrich' }))).toMatch(/ASCII/)
    const small = { client_id: xai, scope: 'openid' }
    expect(await faultsOf(double, () => form(`${double.origin}/oauth2/device/code`, small))).toMatch(/scope is "openid"/)
    const foreign = { grant_type: 'refresh_token', client_id: xai, refresh_token: first.refresh_token }
    expect(await faultsOf(double, () => form(`${double.origin}/oauth2/token`, foreign))).toMatch(/belongs to kimi/)
  }))

test('openrouter: a key for a code, and a path that nobody guesses', () =>
  withProviderDouble({}, async (double) => {
    const code_challenge_method = 'S256'
    const login = (callback: string, verifier = random()) => {
      const parameters = { callback_url: callback, code_challenge: s256(verifier), code_challenge_method }
      const end = double.approve(page(double, '/auth', parameters))
      return { code: new URL(end).searchParams.get('code') ?? '', code_verifier: verifier, code_challenge_method }
    }
    const callback = `http://localhost:4711/auth/callback/${random()}`
    const sent = login(callback)
    const { body } = await json(`${double.origin}/api/v1/auth/keys`, sent)
    const { body: known } = await get(`${double.origin}/api/v1/key`, { authorization: `Bearer ${body.key}` })
    expect(known.data).toMatchObject({ is_free_tier: false, limit_remaining: 7.5 })
    expect((await json(`${double.origin}/api/v1/auth/keys`, sent)).status).toBe(403)
    expect(double.faults).toEqual([])
    expect(() => login('http://localhost:4711/auth/callback')).toThrow(/callback_url/)
    const { code_challenge_method: _, ...short } = login(callback)
    expect(await faultsOf(double, () => json(`${double.origin}/api/v1/auth/keys`, short))).toMatch(/method is missing/)
  }))

test('answers that a test writes, once or always, and a connection that breaks after the server has done its work', async () => {
  const double = await startProviderDouble({ lifetime: 60 })
  double.apiKeys.add('sk-proj-of-the-platform')
  const models = () => get(`${double.origin}/v1/models`, { authorization: 'Bearer sk-proj-of-the-platform' })
  double.answerNext('/v1/models', { status: 503 }, 2)
  double.answerAlways('/v1/models', (_request, proper) => ({ ...proper(), headers: { 'x-seen': 'yes' } }))
  expect([(await models()).status, (await models()).status, (await models()).status]).toEqual([503, 503, 200])
  double.answerAlways('/v1/models', undefined)
  expect(double.count('/v1/models')).toBe(3)
  const { body } = await codexLogin(double)
  expect(body.expires_in).toBe(60)
  const refresh = { client_id: codexClient, grant_type: 'refresh_token', refresh_token: body.refresh_token }
  double.answerNext('/oauth/token', (_request, proper) => {
    proper()
    return lost
  })
  await expect(json(`${double.origin}/oauth/token`, refresh)).rejects.toThrow()
  expect((await json(`${double.origin}/oauth/token`, refresh)).body.error.code).toBe('refresh_token_reused')
  expect(double.faults).toEqual([])
  expect(await faultsOf(double, () => get(`${double.origin}/oauth/authorize?code=in-the-open`, {}))).toMatch(/in the query/)
  await double.close()
})
