import type { Identity, Usage } from '../core/index.ts'
import type { AccountKind, EndCause, KeyKind, LoginFlow, ProviderRules } from '../protocol/index.ts'
import type { DeviceDialect } from './device-dialect.ts'
import type { Claims } from './jwt.ts'

/** How a request body is written. RFC 6749 wants a form; some providers want JSON. */
export type BodyEncoding = 'form' | 'json'

type Parameters = Readonly<Record<string, string>>

/** What a provider's file may know of this computer, and some providers want to know. TokenTray names itself, and never another program. */
export interface Installation {
  /** A UUID that stays the same for this home. */
  readonly id: string
  readonly version: string
  /** Such as `linux x64`, and the release of the system. ASCII. */
  readonly system: string
  readonly release: string
  /** Variables of the environment that a provider's file may read, such as ANTHROPIC_BETA_HEADER. No secret is among them. */
  readonly settings: Readonly<Record<string, string | undefined>>
}

/** What a sign-in told of the person: claims of both tokens, either of which may be empty, and the body of the token response. */
export interface SignInFacts {
  readonly idToken: Claims
  readonly accessToken: Claims
  readonly response: Claims
}

/** Where and how the tokens of a provider are used. */
export interface ApiDefinition {
  readonly baseUrl: string
  /** Headers that the API wants besides the one with the token. */
  readonly headers?: (identity: Identity, installation: Installation) => Parameters
  /** The header that takes the bare token, where it is not `Authorization: Bearer`. */
  readonly tokenHeader?: string
  /** A request that costs nothing and succeeds only with a good token. */
  readonly check?: string
  readonly usage?: { readonly url: string; readonly read: (body: Claims) => Usage }
  /** Both are asked with the token that the person signed in with, and not with the one that was derived of it. */
  readonly asksWithSource?: true
}

/** Something that a person brings along in place of a login. */
export interface KeyDefinition {
  readonly kind: KeyKind
  readonly name: string
  /** What it looks like, so that a wrong text is refused before it is sent anywhere. */
  readonly pattern: RegExp
  /** Where the person gets it, for a sentence. */
  readonly where: string
  readonly api: ApiDefinition
}

/** A token that is made of the one that the person signed in with, made anew when due; nothing rotates. */
export interface DerivedToken {
  readonly url: string
  readonly headers: (installation: Installation) => Parameters
  readonly read: (body: Claims) => { readonly token?: string; readonly expiresAt?: number; readonly baseUrl?: string }
}

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
  /** The ways to sign in, the preferred one first. */
  readonly flows: readonly LoginFlow[]
  readonly keys?: readonly KeyDefinition[]
  readonly rules?: ProviderRules
  /** Where the person sees and ends logins at the provider. */
  readonly accountPage?: string
  readonly authorizationEndpoint?: string
  /** RFC 8628 section 3.1. */
  readonly deviceAuthorizationEndpoint?: string
  /** Empty where it is left to discovery. */
  readonly tokenEndpoint: string
  /** RFC 7009; absent when the provider has none. */
  readonly revocationEndpoint?: string
  /** The keys that an id_token is verified with. Without it an id_token is read for display only. */
  readonly jwksUri?: string
  /**
   * Endpoints that are absent here are read from the metadata of the issuer (RFC 8414, OpenID Connect Discovery): only those on the
   * issuer's own origin, because a built-in login is never sent elsewhere (S7), or any, because the person named the issuer.
   */
  readonly discovery?: 'own_origin' | 'any'
  readonly clientId: string
  readonly scope: string
  /** A scope without which the login is of no use. */
  readonly requiredScope?: string
  /**
   * The loopback redirect URI (RFC 8252 section 7.3): ports in the order in which they are tried, 0 for any. `codePage` is a page of
   * the provider that shows the code, for the person to paste; without it, a paste is what the browser ended on.
   */
  readonly redirect?: {
    readonly host?: '127.0.0.1' | 'localhost'
    readonly path: string
    readonly ports: readonly number[]
    readonly codePage?: string
    /** The server sends no `state` back, so that it is the last part of the path. */
    readonly stateInPath?: true
  }
  /** Extra parameters of the authorization request. They may not replace a parameter of the protocol. */
  readonly authorizationParameters?: Parameters
  /** And further ones of a paste with `codePage`. */
  readonly codePageParameters?: Parameters
  /** And further ones for one more account, so that the session of the browser does not answer for the person. */
  readonly anotherAccountParameters?: Parameters
  /** Replaces the authorization request of RFC 6749, for a server that has one of its own. */
  readonly authorizationRequest?: (standard: Parameters) => Parameters
  /** The first request goes out under `clientId`, and the response issues the client id of this installation. */
  readonly registration?: {
    readonly first: (installation: Installation) => Parameters
    readonly later: (installation: Installation) => Parameters
    readonly issued: RegExp
  }
  readonly device?: { readonly parameters?: Parameters; readonly dialect?: DeviceDialect }
  /** Extra parameters of every token request. */
  readonly tokenParameters?: Parameters
  /** Headers that the authorization server wants. */
  readonly requestHeaders?: (installation: Installation) => Parameters
  /** `form` by default. */
  readonly codeEncoding?: BodyEncoding
  /** Replaces the body of a code exchange; `standard` has the members of RFC 6749 section 4.1.3, and `state`. */
  readonly codeRequest?: (standard: Parameters) => Parameters
  /** The member of the token response that has the token; `access_token` by default. */
  readonly tokenMember?: string
  readonly refreshEncoding: BodyEncoding
  readonly revocationEncoding: BodyEncoding
  /** The error codes besides `invalid_grant` that end a grant (S4), and what each of them means. */
  readonly terminalErrors: Readonly<Record<string, EndCause>>
  /** Statuses under which every well-formed error ends a grant. */
  readonly terminalStatuses?: readonly number[]
  /** Why a sign-in was refused, by a word of the server's own answer, with what the person should do. */
  readonly refusals?: readonly { readonly says: RegExp; readonly description: string; readonly fix: string }[]
  /** Which statement about the end of an access token is trusted first. */
  readonly expiry: 'expires_in' | 'jwt'
  readonly derived?: DerivedToken
  /** What a login yields, when it is no OAuth grant. */
  readonly yields?: AccountKind
  readonly api: ApiDefinition
  readonly identity: (facts: SignInFacts) => Identity
  /** Asked with the token of the login, where the token response names nobody. */
  readonly person?: { readonly url: string; readonly read: (body: Claims) => Identity }
  /** Where an answer of the issuer leads instead, under TOKENTRAY_UPSTREAM. */
  readonly relocate?: (url: string) => string
  /** Further names under which the issuer signs, under TOKENTRAY_UPSTREAM. */
  readonly alsoIssuer?: string
}
