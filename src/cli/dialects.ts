import { parseJson, unreadable } from '../client/one-shot.ts'
import { environmentSources } from '../protocol/environment-sources.ts'
import { BrokerError } from '../protocol/errors.ts'
import { variablesOf } from '../protocol/program-variables.ts'
import type { TokenResponse } from '../protocol/token.ts'
import type { EnvironmentToken } from './environment-chain.ts'

/** A token of the broker, or one that the person has put into the environment, of which less is known. */
export type HandOut = TokenResponse | FoundToken

export interface FoundToken {
  readonly access_token: string
  readonly token_type: 'Bearer'
  readonly provider: string
  readonly variable: string
}

/** What git sends as the name of the user, where the server does not take any. */
const gitNames: Readonly<Record<string, string>> = { github: 'x-access-token' }

/**
 * Every form in which a token is written for the program that asks, each with its line break at the end. `env` are lines of an
 * environment file, as `docker run --env-file` reads it; what a shell evaluates is quoted, and comes from `tokentray env`.
 */
const table = {
  token: (given) => `${given.access_token}\n`,
  bearer: (given) => {
    const header = tokenHeader(given)
    if (header === undefined) return `Bearer ${given.access_token}\n`
    throw new BrokerError('invalid_request', `This is a key for the header ${header}, and no bearer token.`, {
      fix: 'Use `--format header` or `--format token`.',
    })
  },
  header: (given) => headerLines(given),
  env: (given) => pairs('variable' in given ? { [given.variable]: given.access_token } : variablesOf(given)),
  json: (given) => `${JSON.stringify(given, null, 2)}\n`,
  git: (given) =>
    pairs({
      username: gitNames[given.provider] ?? 'oauth2',
      password: given.access_token,
      ...('expires_at' in given && given.expires_at !== undefined ? { password_expiry_utc: String(given.expires_at) } : {}),
    }),
  container: (given) => containerBody(given),
} as const satisfies Record<string, (given: HandOut) => string>

export type Dialect = keyof typeof table

export const dialects: Readonly<Record<Dialect, (given: HandOut) => string>> = table

/** Those that `tokentray token` offers; the others belong to a conversation of their own. */
export const tokenFormats = ['token', 'bearer', 'header', 'env', 'json'] as const satisfies readonly Dialect[]

/** The hand-out of an answer of the broker. Throws `broker_unreadable` for what no header and no line can hold. */
export function readHandOut(text: string): TokenResponse {
  const given = parseJson(text) as TokenResponse | undefined | null
  const isPlain = (part: unknown) => typeof part === 'string' && /^[\x20-\x7e]*$/.test(part)
  const parts = [given?.access_token, given?.base_url, given?.provider, ...Object.entries(given?.headers ?? {}).flat()]
  if (given?.access_token && URL.canParse(given.base_url) && parts.every(isPlain)) return given
  throw unreadable()
}

/** A token of the environment in the form of a hand-out. */
export const foundToken = (provider: string, { variable, value }: EnvironmentToken): FoundToken => ({
  access_token: value,
  token_type: 'Bearer',
  provider,
  variable,
})

/** The header for the bare token, where it is not `Authorization`. */
function tokenHeader(given: HandOut): string | undefined {
  if (!('variable' in given)) return given.token_header
  const sources = environmentSources(given.provider)
  return sources?.keys.includes(given.variable) ? sources.keyHeader : undefined
}

function headerLines(given: HandOut): string {
  const own = tokenHeader(given)
  const others = 'headers' in given ? Object.entries(given.headers) : []
  const first = own === undefined ? ['Authorization', `Bearer ${given.access_token}`] : [own, given.access_token]
  return [first, ...others].map(([name, value]) => `${name}: ${value}\n`).join('')
}

const pairs = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')

/** Named as the credentials that a container of AWS gets, with what a token has of it. */
function containerBody(given: HandOut): string {
  if ('variable' in given) return `${JSON.stringify({ Token: given.access_token, TokenType: given.token_type })}\n`
  return `${JSON.stringify({
    Token: given.access_token,
    TokenType: given.token_type,
    ...(given.expires_at === undefined ? {} : { Expiration: new Date(given.expires_at * 1000).toISOString() }),
    ...(given.token_header === undefined ? {} : { TokenHeader: given.token_header }),
    BaseUrl: given.base_url,
    Headers: given.headers,
    Account: given.account,
  })}\n`
}
