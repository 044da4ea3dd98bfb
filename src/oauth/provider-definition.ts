import type { Identity } from '../core/index.ts'
import type { EndCause } from '../protocol/index.ts'
import type { Claims } from './jwt.ts'

/** How a request body is written. RFC 6749 wants a form; some providers want JSON. */
export type BodyEncoding = 'form' | 'json'

/**
 * A provider is data, plus the few functions in which it differs. Everything else is the same for all of them, so that a
 * deviation of one provider never becomes a fork of the flow.
 */
export interface ProviderDefinition {
  readonly id: string
  readonly aliases: readonly string[]
  readonly name: string
  /** RFC 8414 section 2. A grant is bound to it (S7). */
  readonly issuer: string
  readonly authorizationEndpoint: string
  readonly tokenEndpoint: string
  /** RFC 7009; absent when the provider has none. */
  readonly revocationEndpoint?: string
  readonly clientId: string
  readonly scope: string
  /** The loopback redirect URI (RFC 8252 section 7.3): ports in the order in which they are tried. */
  readonly redirect: { readonly path: string; readonly ports: readonly number[] }
  /** Extra parameters of the authorization request. They may not replace a parameter of the protocol. */
  readonly authorizationParameters?: Readonly<Record<string, string>>
  readonly refreshEncoding: BodyEncoding
  readonly revocationEncoding: BodyEncoding
  /** The error codes besides `invalid_grant` that end a grant (S4), and what each of them means. */
  readonly terminalErrors: Readonly<Record<string, EndCause>>
  /** Which statement about the end of an access token is trusted first. */
  readonly expiry: 'expires_in' | 'jwt'
  readonly apiBaseUrl: string
  /** Who signed in, from the claims of the id_token and of the access token, either of which may be empty. */
  identity(idToken: Claims, accessToken: Claims): Identity
  /** Headers that the API wants besides `Authorization`. */
  headers(identity: Identity): Readonly<Record<string, string>>
}
