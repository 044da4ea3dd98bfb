// The login of the real Codex beside one of the broker: both want port 1455, and whoever comes later is given it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startLogin } from '../daemon/practice-login.ts'
import { isFree, redirectPortsAreFree, takeRedirectPorts } from '../daemon/redirect-ports.ts'
import { until } from '../daemon/running-daemon.ts'
import { visit } from '../providers/signing-in.ts'
import { CodexServer } from './codex-server.ts'
import { type Person, withPerson } from './person.ts'
import { quietCodex, writeSettings } from './settings.ts'

let leavePorts = async () => {}
beforeAll(async () => {
  leavePorts = await takeRedirectPorts()
}, 180_000)
afterAll(() => leavePorts())

async function withCodexServer(person: Person, body: (codex: CodexServer) => Promise<void>): Promise<void> {
  const { origin } = person.double
  await writeSettings(person, '.codex/config.toml', `chatgpt_base_url = "${origin}/backend-api"\n${quietCodex}`)
  const codex = new CodexServer(person, { CODEX_APP_SERVER_LOGIN_ISSUER: origin, BROWSER: '/bin/true' })
  try {
    await codex.initialize()
    await body(codex)
  } finally {
    await codex.end()
  }
}

async function startCodexLogin(codex: CodexServer): Promise<URL> {
  const { authUrl } = await codex.call('account/login/start', { type: 'chatgpt' })
  return new URL(String(authUrl))
}

const redirectOf = (authorization: URL) => new URL(authorization.searchParams.get('redirect_uri') ?? '')
const statusOf = async ({ daemon }: Person, { id }: { readonly id: string }) => (await daemon.ask(`/v1/logins/${id}`)).json

/** What the browser does after a yes to Codex: the double gives this code to nobody else, and takes what Codex sends for it. */
async function approveCodex({ double }: Person, authorization: URL): Promise<void> {
  const person = { sub: 'auth0|user-robin', email: 'robin@practice.example' }
  const auth = { 'https://api.openai.com/auth': { chatgpt_account_id: 'workspace-robin', chatgpt_plan_type: 'plus' } }
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const token = `${part({ alg: 'none' })}.${part({ ...person, ...auth, exp: Math.floor(Date.now() / 1000) + 3_600 })}.none`
  const tokens = { id_token: token, access_token: token, refresh_token: 'rt-of-codex', token_type: 'Bearer', expires_in: 3_600 }
  double.answerNext('/oauth/token', { status: 200, body: tokens }, 2)
  const id = 'workspace-robin'
  const workspace = { id, plan_type: 'plus', workspace_backend_origin: 'https://chatgpt.com' }
  const accounts = [{ ...workspace, account_routing_override: 'NO_CONSTRAINT' }]
  const workspaces = { accounts, account_ordering: [id], default_account_id: id }
  double.answerAlways('/backend-api/wham/accounts/check', { status: 200, body: workspaces })
  for (const path of ['wham/settings/user', 'wham/usage']) double.answerAlways(`/backend-api/${path}`, { status: 404 })
  const redirect = redirectOf(authorization)
  redirect.search = new URLSearchParams({
    code: 'code-of-codex',
    state: authorization.searchParams.get('state') ?? '',
  }).toString()
  // The login ends when the browser follows to the page that says so.
  expect((await fetch(redirect)).status).toBe(200)
}

describe('a login of Codex and a login of the broker', () => {
  test('that of the broker waits: Codex gets port 1455, both end, and a later login of the broker has the port again', () =>
    withPerson(async (person) => {
      await redirectPortsAreFree()
      const waiting = await startLogin(person.daemon, { provider: 'openai-codex' })
      expect(waiting.prompt).toEqual({ kind: 'browser', redirect_port: 1455 })
      await withCodexServer(person, async (codex) => {
        const authorization = await startCodexLogin(codex)
        expect(redirectOf(authorization).port).toBe('1455')
        expect(await statusOf(person, waiting)).toMatchObject({ status: 'failed', error: { code: 'login_cancelled' } })
        await approveCodex(person, authorization)
        expect(await codex.told('account/login/completed')).toMatchObject({ success: true })
      })
      await until('port 1455', () => isFree(1455))
      const again = await startLogin(person.daemon, { provider: 'openai-codex' })
      expect(again.prompt).toEqual({ kind: 'browser', redirect_port: 1455 })
      await visit(person.double.approve(again.authorization_url))
      await until('the login', async () => (await statusOf(person, again))?.status === 'completed')
    }))

  test('that of Codex waits: the broker gets port 1455, and Codex is told that its login was cancelled', () =>
    withPerson(async (person) => {
      await redirectPortsAreFree()
      await withCodexServer(person, async (codex) => {
        expect(redirectOf(await startCodexLogin(codex)).port).toBe('1455')
        const login = await startLogin(person.daemon, { provider: 'openai-codex' })
        expect(login.prompt).toEqual({ kind: 'browser', redirect_port: 1455 })
        expect(await codex.told('account/login/completed')).toMatchObject({ success: false })
        await visit(person.double.approve(login.authorization_url))
        await until('the login', async () => (await statusOf(person, login))?.status === 'completed')
      })
    }))
})
