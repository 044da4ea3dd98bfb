// The grants that the servers gave, with the tokens that belong to each.
import { type Answer, type DoubleRequest, fault, oauthError, refusal } from './answer.ts'
import type { Person } from './person.ts'
import { randomSecret } from './random.ts'

export type ProviderName = 'openai-codex' | 'chatgpt' | 'anthropic' | 'github-copilot' | 'kimi' | 'xai' | 'openrouter'

export interface DoubleGrant {
  readonly provider: ProviderName
  readonly clientId: string
  readonly person: Person
  readonly scope: string
  /** The refresh token that is good; all earlier ones are spent. */
  refreshToken: string | undefined
  /** Whether every refresh is refused. */
  ended: boolean
  /** Whether the access tokens are refused as well. */
  revoked: boolean
}

interface AccessToken {
  readonly grant: DoubleGrant
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
  refused: boolean
}

/** How a provider refuses a refresh token that was used already, and one whose grant has ended. */
export interface RefreshRefusals {
  readonly spent: Answer
  readonly ended: Answer
  /** Whether one replay is the end of the whole grant. */
  readonly replayEndsGrant?: true
}

export class Grants {
  /** The providers that leave the refresh token out of the answer to a refresh, so that the old one stays good. */
  readonly keeping = new Set<ProviderName>()
  readonly #all: DoubleGrant[] = []
  readonly #refresh = new Map<string, DoubleGrant>()
  readonly #access = new Map<string, AccessToken>()

  open(terms: Pick<DoubleGrant, 'provider' | 'clientId' | 'person' | 'scope'>): DoubleGrant {
    const grant = { ...terms, refreshToken: undefined, ended: false, revoked: false }
    this.#all.push(grant)
    return grant
  }

  /** Makes a new refresh token the good one. */
  rotate(grant: DoubleGrant, token = randomSecret()): string {
    grant.refreshToken = token
    this.#refresh.set(token, grant)
    return token
  }

  /** Makes a new refresh token, unless the provider is one that keeps the old one. */
  renew(grant: DoubleGrant, prefix = ''): { readonly refresh_token?: string } {
    return this.keeping.has(grant.provider) ? {} : { refresh_token: this.rotate(grant, randomSecret(prefix)) }
  }

  /** `lifetime` in seconds. */
  addAccess(grant: DoubleGrant, token: string, lifetime: number): string {
    this.#access.set(token, { grant, expiresAt: Date.now() + lifetime * 1000, refused: false })
    return token
  }

  /** The grant of a refresh token; throws as this provider refuses. */
  takeRefresh(provider: ProviderName, clientId: string, token: string, refusals: RefreshRefusals): DoubleGrant {
    const grant = this.#refresh.get(token)
    const invalid = oauthError(400, 'invalid_grant', 'The refresh token is invalid.')
    if (grant === undefined) throw fault(`${provider}: nobody issued this refresh token.`, invalid)
    if (grant.provider !== provider) throw fault(`${provider}: this refresh token belongs to ${grant.provider}.`, invalid)
    if (grant.clientId !== clientId) throw fault(`${provider}: this refresh token belongs to another client id.`, invalid)
    if (grant.ended) throw refusal(`${provider}: a refresh of a grant that has ended.`, refusals.ended)
    if (grant.refreshToken === token) return grant
    if (refusals.replayEndsGrant) this.#revoke(grant)
    throw refusal(`${provider}: a refresh token was used twice.`, refusals.spent)
  }

  /** The grant of an access token, or undefined when it is not good; throws a fault for the token of another provider. */
  findAccess(provider: ProviderName, token: string): DoubleGrant | undefined {
    const found = this.#access.get(token)
    if (found === undefined) return undefined
    if (found.grant.provider !== provider) {
      throw fault(
        `${provider}: it was sent a token of ${found.grant.provider}.`,
        oauthError(401, 'invalid_token', 'The token belongs to somebody else.'),
      )
    }
    return found.refused || found.grant.revoked || found.expiresAt <= Date.now() ? undefined : found.grant
  }

  /** Whose token this is, be it good or not. */
  ownerOf(token: string): ProviderName | undefined {
    return (this.#access.get(token)?.grant ?? this.#refresh.get(token))?.provider
  }

  /** RFC 7009: ends the grant of a token. Throws a fault for the token of another provider or client. */
  revoke(provider: ProviderName, token: string, clientId: string | undefined): void {
    const grant = this.#refresh.get(token) ?? this.#access.get(token)?.grant
    if (grant === undefined) return
    if (grant.provider !== provider) throw fault(`${provider}: it was asked to revoke a token of ${grant.provider}.`)
    if (clientId !== undefined && grant.clientId !== clientId) {
      throw fault(`${provider}: another client id asked to revoke a token.`)
    }
    this.#revoke(grant)
  }

  /** Ends one grant by any of its tokens, or all of a provider, so that refreshes are refused. Throws when there is none. */
  end(which: string): void {
    const one = this.#refresh.get(which) ?? this.#access.get(which)?.grant
    const ended = one === undefined ? this.#all.filter(({ provider }) => provider === which) : [one]
    if (ended.length === 0) throw new Error('There is no such grant to end.')
    for (const grant of ended) grant.ended = true
  }

  /** Refuses an access token, or all of a provider that were issued by now, although they have not expired. */
  refuseAccess(which: string): void {
    const tokens = [...this.#access].filter(([token, { grant }]) => token === which || grant.provider === which)
    if (tokens.length === 0) throw new Error('There is no such access token to refuse.')
    for (const [, token] of tokens) token.refused = true
  }

  #revoke(grant: DoubleGrant): void {
    grant.ended = true
    grant.revoked = true
  }
}

/** The token of an authorization header, or undefined without one. `schemes` are the words that may stand before it. */
export function bearerOf({ headers }: DoubleRequest, schemes: readonly string[] = ['bearer']): string | undefined {
  const [, scheme = '', token] = /^(\w+) (\S+)$/.exec(headers.authorization ?? '') ?? []
  return schemes.includes(scheme.toLowerCase()) ? token : undefined
}
