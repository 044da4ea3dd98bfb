import { type ApiOutcome, type Grant, type RefreshOutcome, Secret } from '../core/index.ts'
import { askJson } from './api-request.ts'
import type { ProviderContext } from './provider-context.ts'
import type { DerivedToken, ProviderDefinition } from './provider-definition.ts'

/** How long such a token usually lives, less five minutes, and the longest that is believed. Milliseconds. */
const usualLife = 1_500_000
const longestLife = 31_536_000_000

/**
 * Makes the token that the API takes of the one that the person signed in with. The latter stays in the place of the refresh token,
 * although it is not used up.
 */
export async function deriveToken(
  definition: ProviderDefinition,
  derived: DerivedToken,
  context: ProviderContext,
  source: Grant,
): Promise<ApiOutcome<Grant>> {
  const origin = source.refreshToken ?? source.accessToken
  const headers = { authorization: `Bearer ${origin.expose()}`, ...derived.headers(context.installation()) }
  const outcome = await askJson(context, { url: derived.url, headers })
  if (outcome.kind !== 'good') return outcome
  const { token, expiresAt: end, baseUrl } = derived.read(outcome.value)
  if (token === undefined) {
    return { kind: 'failed', error: { code: 'not_oauth', description: 'The provider answered without a token.' } }
  }
  const place = ownPlace(definition, baseUrl)
  const { expiresAt: _end, baseUrl: _place, ...rest } = source
  const now = context.clock.now()
  // An end that cannot be meant, or is over by our clock: a short life costs a request now and then, and no token ever.
  const expiresAt = end !== undefined && end > now && end <= now + longestLife ? end : now + usualLife
  const value = {
    ...rest,
    accessToken: new Secret(token),
    refreshToken: origin,
    obtainedAt: now,
    expiresAt,
    ...(place === undefined ? {} : { baseUrl: place }),
  }
  return { kind: 'good', value }
}

/** A refresh of a derived token. The provider ended the login only when it refused the token that the person signed in with. */
export async function refreshDerived(
  definition: ProviderDefinition,
  derived: DerivedToken,
  context: ProviderContext,
  grant: Grant,
): Promise<RefreshOutcome> {
  const outcome = await deriveToken(definition, derived, context, grant)
  switch (outcome.kind) {
    case 'good':
      return { kind: 'refreshed', grant: outcome.value }
    case 'refused':
      return { kind: 'terminal', error: { ...outcome.error, description: outcome.detail ?? 'bad credentials' }, cause: 'revoked' }
    case 'failed': {
      const { error, detail, retryAfter } = outcome
      const description = detail === undefined ? error.description : `${error.description} ${detail}`
      // Nothing rotates, so that an answer that was lost has cost nothing.
      return {
        kind: 'transient',
        error: { ...error, description },
        unused: true,
        ...(retryAfter === undefined ? {} : { retryAfter }),
      }
    }
    default:
      return { kind: 'transient', error: { code: 'internal_error', description: 'There was nothing to ask.' } }
  }
}

/** An address that the answer names is believed only within the provider's own domain, because tokens are sent to it (S7). */
function ownPlace({ api, relocate }: ProviderDefinition, baseUrl: string | undefined): string | undefined {
  if (baseUrl === undefined || !URL.canParse(baseUrl)) return undefined
  if (relocate !== undefined) return relocate(baseUrl)
  const { protocol, hostname } = new URL(baseUrl)
  const domain = new URL(api.baseUrl).hostname.split('.').slice(-2).join('.')
  return protocol === 'https:' && (hostname === domain || hostname.endsWith(`.${domain}`)) ? baseUrl : undefined
}
