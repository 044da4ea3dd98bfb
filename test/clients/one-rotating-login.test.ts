// Four Codex processes at once, whose access token has expired: first with the login in ~/.codex/auth.json, which each of them refreshes
// on its own, then with the broker, which refreshes it once.
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { ProviderDouble, Script } from '../providers/double/index.ts'
import { claims, form, page, pkce } from '../providers/double/raw-client.ts'
import { type Person, signInTo, withPerson } from './person.ts'
import { quietCodex, writeSettings } from './settings.ts'

const tokenPath = '/oauth/token'
const clientId = 'app_EMoamEEZ73f0CkXaXp7hrann'
const redirectUri = 'http://localhost:1455/auth/callback'
const processes = 4

/** Signs in as `codex login` does, without Codex; answers what the token endpoint said. */
async function codexLogin(double: ProviderDouble): Promise<Readonly<Record<string, string>>> {
  const { verifier, parameters } = pkce()
  const url = page(double, '/oauth/authorize', {
    ...parameters,
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: 'openid profile email offline_access',
    id_token_add_organizations: 'true',
    codex_cli_simplified_flow: 'true',
    originator: 'tokentray',
  })
  const code = new URL(double.approve(url)).searchParams.get('code') ?? ''
  const exchange = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, client_id: clientId }
  return (await form(double.origin + tokenPath, { ...exchange, code_verifier: verifier })).body
}

/** The same token as it looks when its time is over. Codex reads the claims and cannot check the signature. */
function expired(token: string): string {
  const [head, , signature] = token.split('.')
  const body = Buffer.from(JSON.stringify({ ...claims(token), exp: Math.floor(Date.now() / 1000) - 60 })).toString('base64url')
  return [head, body, signature].join('.')
}

const provider = ({ origin }: ProviderDouble, more: string) => `model_provider = "plan"
chatgpt_base_url = "${origin}/backend-api"
${quietCodex}
[model_providers.plan]
name = "Plan"
base_url = "${origin}/backend-api/codex"
wire_api = "responses"
${more}`

/**
 * Holds the answers to the first refreshes until all processes have sent theirs, as a server that takes its time would. Codex sends
 * its reason for a refresh besides, which the double takes from nobody else.
 */
function slowRefreshes(): Script {
  let arrived = 0
  return async (request, proper) => {
    arrived += 1
    for (let waited = 0; arrived < processes && waited < 10_000; waited += 50) await sleep(50)
    if (typeof request.body === 'object') delete (request.body as Record<string, unknown>).refresh_reason
    return proper()
  }
}

const fourTurns = ({ turn }: Person, env: Readonly<Record<string, string>> = {}) =>
  Promise.all(Array.from({ length: processes }, () => turn('codex', env)))

test('without the broker, four Codex processes send one refresh token four times', () =>
  withPerson(async (person) => {
    const { double } = person
    const login = await codexLogin(double)
    const workspace = double.person.workspace
    await writeSettings(
      person,
      '.codex/config.toml',
      provider(double, 'requires_openai_auth = true\nsupports_websockets = false\n'),
    )
    const tokens = {
      id_token: login.id_token,
      access_token: expired(login.access_token ?? ''),
      refresh_token: login.refresh_token,
      account_id: workspace,
    }
    const file = { auth_mode: 'chatgpt', OPENAI_API_KEY: null, tokens, last_refresh: '2026-01-01T00:00:00Z' }
    await writeSettings(person, '.codex/auth.json', JSON.stringify(file))
    // What Codex asks besides, which is no part of this.
    for (const path of ['accounts/check', 'settings/user']) double.answerAlways(`/backend-api/wham/${path}`, { status: 404 })
    double.answerAlways(tokenPath, slowRefreshes())
    const before = double.count(tokenPath)
    await fourTurns(person, { CODEX_REFRESH_TOKEN_URL_OVERRIDE: double.origin + tokenPath })
    const sent = double.requests.filter(({ path }) => path === tokenPath)
    expect(double.count(tokenPath) - before).toBe(processes)
    expect(sent.filter(({ body }) => typeof body === 'object' && body.refresh_token === login.refresh_token)).toHaveLength(
      processes,
    )
    expect(double.refusals.filter((sentence) => sentence.includes('used twice'))).toHaveLength(processes - 1)
  }))

test('with the broker, four Codex processes cost one refresh, and all are answered', () =>
  withPerson(async (person) => {
    const { double } = person
    await signInTo(person, 'openai-codex')
    const command = 'command = "tokentray"\nargs = ["token", "openai-codex", "--client", "codex"]\ntimeout_ms = 5000\n'
    const refresh = 'refresh_interval_ms = 300000\n'
    await writeSettings(person, '.codex/config.toml', provider(double, `\n[model_providers.plan.auth]\n${command}${refresh}`))
    const before = double.count(tokenPath)
    double.refuseAccess('openai-codex')
    await person.advance(864_000)
    const turns = await fourTurns(person)
    expect(turns.map(({ code }) => code)).toEqual(Array(processes).fill(0))
    expect(new Set(turns.map(({ stdout }) => stdout)).size).toBe(1)
    expect(double.count(tokenPath) - before).toBe(1)
    expect(double.refusals).toEqual([])
  }))
