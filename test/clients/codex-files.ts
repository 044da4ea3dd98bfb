// The files of Codex: the login that `codex login` writes, and settings for a provider that takes the token of a ChatGPT plan.
import { expect } from 'vitest'
import type { ProviderDouble } from '../providers/double/index.ts'
import { claims, form, page, pkce } from '../providers/double/raw-client.ts'
import type { Person } from './person.ts'
import { quietCodex, writeSettings } from './settings.ts'

export const tokenPath = '/oauth/token'
const clientId = 'app_EMoamEEZ73f0CkXaXp7hrann'
const redirectUri = 'http://localhost:1455/auth/callback'

/** Signs in as `codex login` does, without Codex; answers what the token endpoint said. */
export async function codexLogin(double: ProviderDouble): Promise<Readonly<Record<string, string>>> {
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

/** `auth.json` after a sign-in, whose access token has expired meanwhile or has not. */
export function authFile({ person }: ProviderDouble, login: Readonly<Record<string, string>>, isExpired: boolean): string {
  const tokens = {
    id_token: login.id_token,
    access_token: isExpired ? expired(login.access_token ?? '') : login.access_token,
    refresh_token: login.refresh_token,
    account_id: person.workspace,
  }
  return JSON.stringify({ auth_mode: 'chatgpt', OPENAI_API_KEY: null, tokens, last_refresh: '2026-01-01T00:00:00Z' })
}

/** `config.toml` for the backend of the plan. */
export const planProvider = ({ origin }: ProviderDouble, more: string) => `model_provider = "plan"
chatgpt_base_url = "${origin}/backend-api"
${quietCodex}
[model_providers.plan]
name = "Plan"
base_url = "${origin}/backend-api/codex"
wire_api = "responses"
${more}
`

/** Connects Codex to a login of the plan, or to a key, of a person who has set where the backend is. */
export async function connectPlan(person: Person): Promise<void> {
  await writeSettings(person, '.codex/config.toml', `chatgpt_base_url = "${person.double.origin}/backend-api"\n${quietCodex}`)
  const ended = await person.tokentray('connect', 'codex', '--account', 'openai-codex')
  expect(ended.code, ended.stderr).toBe(0)
}
