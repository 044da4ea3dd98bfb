import { createHash } from 'node:crypto'
import { askBroker, type BrokerCall } from '../client/one-shot.ts'
import { environmentSources } from '../protocol/environment-sources.ts'
import { BrokerError } from '../protocol/errors.ts'
import type { ChainLink, ProvidersResponse } from '../protocol/provider.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The same as `defaultChain` of the protocol, whose module would bring its schema library into `tokentray token`. */
const usualChain: readonly ChainLink[] = ['environment_token', 'grant', 'api_key', 'environment_key']

/** A token of the environment, and the variable that it is in. */
export interface EnvironmentToken {
  readonly variable: string
  readonly value: string
}

/** The first variable of a link that is set; `rejected` is the digest of a token that the API has refused, which is of no use. */
export function environmentToken(
  provider: string,
  link: 'environment_token' | 'environment_key',
  env: Environment,
  rejected?: string,
): EnvironmentToken | undefined {
  const sources = environmentSources(provider)
  const variables = link === 'environment_token' ? sources?.tokens : sources?.keys
  for (const variable of variables ?? []) {
    const value = env[variable]?.trim()
    // It would break the header that it is put into, or bring another one in.
    if (value && /[^\x21-\x7e]/.test(value)) {
      throw new BrokerError('invalid_request', `${variable} has something else in it than one token.`, {
        fix: 'Set it to the token alone, without spaces and line breaks, or unset it.',
      })
    }
    if (value && !(rejected !== undefined && digestOf(value).startsWith(rejected))) return { variable, value }
  }
  return undefined
}

const digestOf = (value: string): string => createHash('sha256').update(value).digest('hex')

/** Whether the environment says anything about a provider, so that its chain has to be looked at. */
export function isInEnvironment(provider: string, env: Environment): boolean {
  const { tokens = [], keys = [] } = environmentSources(provider) ?? {}
  return [...tokens, ...keys].some((variable) => env[variable])
}

/** What keeps the broker from handing out a token at all, so that the next link is tried. Whatever else is wrong is told. */
const givesWay = new Set([
  'login_required',
  'reauthorization_required',
  'account_disabled',
  'login_not_owned',
  'owner_unavailable',
  'broker_not_running',
])

/**
 * Goes along the chain of a provider: `ask` gets a token of the broker, of both kinds or of one. Answers the token of the first link that
 * has one. Throws what the broker said first, when no link has one.
 */
export async function tokenAlongChain<Answer>(
  provider: string,
  env: Environment,
  call: Pick<BrokerCall, 'socket'> & { readonly rejected?: string },
  ask: (link?: 'grant' | 'api_key') => Promise<Answer>,
): Promise<Answer | EnvironmentToken> {
  const chain = await chainOf(provider, call.socket)
  let refusal: unknown
  for (let place = 0; place < chain.length; place += 1) {
    const link = chain[place]
    if (link === 'environment_token' || link === 'environment_key') {
      const found = environmentToken(provider, link, env, call.rejected)
      if (found !== undefined) return found
      continue
    }
    if (link === undefined) continue
    // The broker knows best how logins and keys follow each other, where nothing stands in between.
    const both = isOwn(chain[place + 1])
    if (both) place += 1
    try {
      return await ask(both ? undefined : link)
    } catch (error) {
      if (!(error instanceof BrokerError) || !givesWay.has(error.code)) throw error
      refusal ??= error
    }
  }
  throw refusal ?? new BrokerError('login_required', `No link of the chain of ${provider} has a token.`)
}

const isOwn = (link: ChainLink | undefined): boolean => link === 'grant' || link === 'api_key'

/** What the person decided; the usual chain while no broker is there to ask. */
async function chainOf(provider: string, socket: string): Promise<readonly ChainLink[]> {
  try {
    const answer = JSON.parse(await askBroker({ socket, method: 'GET', path: '/v1/providers' })) as ProvidersResponse
    const own = answer.providers.find(({ id, aliases }) => id === provider || aliases.includes(provider))
    return own?.preferences.chain ?? usualChain
  } catch (error) {
    if (error instanceof BrokerError && error.code === 'broker_not_running') return usualChain
    throw error
  }
}
