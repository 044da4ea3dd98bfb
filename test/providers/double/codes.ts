// Authorization codes: the requests for them, as a browser opens them, and their exchange (RFC 6749 section 4.1, RFC 7636).
import { createHash } from 'node:crypto'
import { type Answer, fault, oauthError, refusal } from './answer.ts'
import type { ProviderName } from './grants.ts'
import { deviationsOf, type Expected } from './parameters.ts'
import type { Person } from './person.ts'
import { randomSecret } from './random.ts'
import type { DoubleRecord } from './record.ts'

/** How the person decides. */
export interface Decision {
  /** The error code with which the access is denied. */
  readonly deny?: string
  readonly description?: string
  /** What is granted, where that is not what was asked for. */
  readonly scope?: string
}

/** What a code was issued for. */
export interface IssuedCode {
  readonly provider: ProviderName
  readonly clientId: string
  readonly challenge: string
  readonly redirectUri: string
  readonly scope: string
  readonly person: Person
  readonly state?: string
  readonly nonce?: string
}

/** RFC 7636 section 4.1. */
const verifierPattern = /^[\w.~-]{43,128}$/

/** What PKCE and `state` look like in every authorization request. */
export const standardParameters: Readonly<Record<string, Expected>> = {
  response_type: 'code',
  // The base64url of 32 bytes.
  code_challenge: /^[\w-]{43}$/,
  code_challenge_method: 'S256',
  state: /^[\x21-\x7e]{32,}$/,
}

export const s256 = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url')

export class Codes {
  readonly #record: DoubleRecord
  readonly #unused = new Map<string, IssuedCode>()
  readonly #spent = new Set<string>()
  /** Values that have to be fresh for each attempt, with the request in which they stood. */
  readonly #seen = new Map<string, string>()

  constructor(record: DoubleRecord) {
    this.#record = record
  }

  /**
   * The parameters of an authorization request, which have to be exactly these. `further` are deviations that the caller has found.
   * With any, nobody is asked for a decision: they are recorded and thrown.
   */
  readRequest(
    provider: ProviderName,
    url: URL,
    expected: Readonly<Record<string, Expected>>,
    optional: Readonly<Record<string, Expected>> = {},
    further: readonly string[] = [],
  ): (name: string) => string {
    const value = (name: string) => url.searchParams.get(name) ?? ''
    const stale = ['state', 'code_challenge', 'nonce'].filter(
      (name) => url.searchParams.has(name) && this.#isStale(value(name), url.href),
    )
    const deviations = [
      ...deviationsOf([...url.searchParams], expected, optional),
      ...stale.map((name) => `${name} was used in an earlier attempt`),
      ...(url.searchParams.has('nonce') && value('nonce') === value('state') ? ['nonce and state are the same'] : []),
      ...further,
    ]
    this.#record.keep(value('state'))
    if (deviations.length === 0) return value
    const sentence = `${provider}: in the authorization request, ${deviations.join(', ')}.`
    this.#record.faults.push(sentence)
    throw new Error(sentence)
  }

  issue(issued: IssuedCode, code = randomSecret()): string {
    this.#record.keep(code)
    this.#unused.set(code, issued)
    return code
  }

  /** Where the browser ends: the redirect URI with the code and `more`, or with the error of a denial. */
  redirect(issued: IssuedCode, { deny, description }: Decision, more: Readonly<Record<string, string>> = {}): string {
    const url = new URL(issued.redirectUri)
    const state = issued.state === undefined ? {} : { state: issued.state }
    const parameters =
      deny === undefined
        ? { code: this.issue(issued), ...state, ...more }
        : { error: deny, ...(description === undefined ? {} : { error_description: description }), ...state }
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
    return url.href
  }

  /**
   * Spends a code. A code that nobody issued or that is spent is refused with `unknown`, because a person may paste anything; a
   * verifier, redirect URI, state or client id that does not fit is a fault of the client.
   */
  take(
    provider: ProviderName,
    sent: { readonly code: string; readonly verifier: string } & Partial<Pick<IssuedCode, 'clientId' | 'redirectUri' | 'state'>>,
    unknown: Answer = oauthError(400, 'invalid_grant', 'The authorization code is invalid.'),
  ): IssuedCode {
    const code = this.#unused.get(sent.code)
    this.#unused.delete(sent.code)
    if (code === undefined) {
      throw refusal(`${provider}: ${this.#spent.has(sent.code) ? 'a code was used twice' : 'nobody issued this code'}.`, unknown)
    }
    this.#spent.add(sent.code)
    const wrong = [
      ...(code.provider === provider ? [] : [`the code belongs to ${code.provider}`]),
      ...(verifierPattern.test(sent.verifier) ? [] : ['the verifier is not of 43 to 128 characters']),
      ...(s256(sent.verifier) === code.challenge ? [] : ['the verifier does not fit the challenge']),
      ...(sent.verifier === code.state ? ['the state is the verifier'] : []),
      ...(sent.clientId === undefined || sent.clientId === code.clientId ? [] : ['the code belongs to another client id']),
      ...(sent.redirectUri === undefined || sent.redirectUri === code.redirectUri ? [] : ['the redirect_uri is another one']),
      ...(sent.state === undefined || sent.state === code.state ? [] : ['the state is another one']),
    ]
    if (wrong.length === 0) return code
    const sentence = `${provider}: at the exchange of a code, ${wrong.join(', ')}.`
    throw fault(sentence, oauthError(400, 'invalid_grant', sentence))
  }

  /** One attempt may be opened several times, and another attempt has to have new values. */
  #isStale(value: string, request: string): boolean {
    const earlier = this.#seen.get(value)
    this.#seen.set(value, earlier ?? request)
    return earlier !== undefined && earlier !== request
  }
}
