import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Grant, Secret } from '../../src/core/index.ts'
import { grantFromResponse } from '../../src/oauth/grant-from-response.ts'
import { readClaims } from '../../src/oauth/jwt.ts'
import type { ProviderDefinition } from '../../src/oauth/provider-definition.ts'
import { printable, readTokenAnswer, type TokenAnswer } from '../../src/oauth/token-endpoint.ts'
import { providers } from '../../src/providers/index.ts'
import { anyJson, anyText, mutated, mutatedMembers, secretText } from '../support/mutations.ts'
import { propertyRuns, propertyTimeout, roundTripRuns } from '../support/property-runs.ts'

const now = Date.UTC(2026, 10, 22)
const longestLife = 10 * 366 * 86_400_000

const encode = (claims: unknown) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`
const names = fc.record({ email: fc.string(), name: fc.string(), sub: fc.string() }, { requiredKeys: [] })
const exp = fc.oneof(
  fc.integer({ min: now / 1000 - 86_400, max: now / 1000 + 86_400 }),
  fc.double(),
  fc.integer(),
  fc.constant('soon'),
)
const workspace = mutatedMembers(fc.record({ chatgpt_account_id: fc.string(), chatgpt_user_id: fc.string() }))
const jwt = fc
  .tuple(exp, fc.oneof(workspace, anyJson), names)
  .map(([end, account, more]) => encode({ exp: end, 'https://api.openai.com/auth': account, ...more }))
const token = fc.oneof(jwt, mutated(jwt), secretText)
const proper = fc.record(
  {
    access_token: token,
    token_type: fc.constantFrom('bearer', 'Bearer', 'DPoP'),
    expires_in: fc.oneof(
      fc.integer({ min: 0, max: 864_000 }),
      fc.double(),
      fc.constantFrom('3600', '', [], [7], true, '1e300', null),
    ),
    refresh_token: secretText,
    scope: fc.string(),
    id_token: token,
    error: fc.oneof(
      fc.constantFrom('invalid_grant', 'server_error'),
      fc.record({ code: fc.string(), message: fc.string() }, { requiredKeys: [] }),
    ),
    error_description: fc.string(),
    code: fc.string(),
    message: fc.string(),
  },
  { requiredKeys: [] },
)
const body = fc.oneof(
  proper.map((object) => JSON.stringify(object)),
  mutatedMembers(proper).map((object) => JSON.stringify(object)),
)
const date = fc.oneof(
  fc.date({ noInvalidDate: true }).map((each) => each.toUTCString()),
  fc.integer({ min: -86_400_000, max: 86_400_000 }).map((off) => new Date(now + off).toUTCString()),
  mutated(fc.constant(new Date(now).toUTCString())),
)
const retryAfter = fc.oneof(
  fc.nat().map(String),
  date,
  mutated(fc.constant('120')),
  fc.constantFrom('-1', '1e9', '0x10', 'Infinity', ' 7 '),
)
const headers = fc.record(
  { date, 'retry-after': retryAfter, server: fc.constantFrom('cloudflare', 'nginx') },
  { requiredKeys: [] },
)
const status = fc.oneof(
  { weight: 3, arbitrary: fc.constant(200) },
  fc.constantFrom(400, 401, 403, 429, 500, 503, 302, 204),
  fc.nat(999),
)

/** Shrunk and shown by its place, because a definition is long. */
const provider = fc.nat(providers.length - 1)

const read = (code: number, text: string, given: Readonly<Record<string, string | undefined>>): TokenAnswer =>
  readTokenAnswer({ status: code, text, header: (name) => given[name] })

/** Everything of an answer that a person or a log sees. */
const words = (answer: TokenAnswer) => (answer.kind === 'granted' ? '' : JSON.stringify(answer))

test(
  'whatever comes back, it is one of three answers, of which a wait is a whole number of seconds',
  () => {
    fc.assert(
      fc.property(status, anyText(body), headers, (code, text, given) => {
        const answer = read(code, text, given)
        expect(['granted', 'refused', 'unclear']).toContain(answer.kind)
        if (answer.kind === 'granted') return
        // S4: only a well-formed OAuth error ends a grant, and a server in trouble sends none.
        if (answer.kind === 'refused') {
          expect(code < 500 && code !== 429).toBe(true)
          const { error, code: top } = JSON.parse(text)
          expect([typeof error, typeof error?.code, typeof error?.type, typeof top]).toContain('string')
        }
        expect(answer.error.code.length * answer.error.description.length).toBeGreaterThan(0)
        // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
        expect(words(answer)).not.toMatch(/[\0-\x1f\x7f]/)
        if (answer.retryAfter !== undefined) {
          expect(Number.isSafeInteger(answer.retryAfter)).toBe(true)
          expect(answer.retryAfter).toBeGreaterThanOrEqual(0)
        }
      }),
      { numRuns: propertyRuns },
    )
  },
  propertyTimeout,
)

test(
  'what a server rotated survives everything odd around it, and its end is a time that a clock can show, or not known',
  () => {
    const refreshToken = fc.option(secretText, { nil: undefined })
    fc.assert(
      fc.property(mutatedMembers(proper), headers, provider, refreshToken, (members, given, place, rotated) => {
        const definition = providers[place] as ProviderDefinition
        const { error: _error, code: _code, ...rest } = members
        const sent = rotated === undefined ? rest : { ...rest, refresh_token: rotated }
        const answer = read(200, JSON.stringify(sent), given)
        if (rotated !== undefined) expect(answer.kind).toBe('granted')
        if (answer.kind !== 'granted') return
        const before = previous(definition.id, definition.issuer, 'an-earlier-refresh-token')
        for (const grant of [
          grantFromResponse(definition, answer.response, now, before),
          grantFromResponse(definition, answer.response, now),
        ]) {
          if (grant === undefined) continue
          if (rotated !== undefined) expect(grant.refreshToken?.expose()).toBe(rotated)
          expect(grant).toMatchObject({ provider: definition.id, issuer: definition.issuer, obtainedAt: now })
          const { attributes = {}, ...identity } = grant.identity
          // What tools copy into a header can be put into one, and what a terminal shows does not steer it.
          expect(grant.tokenType).toMatch(/^[\w.-]+$/)
          // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
          expect([...Object.values(identity), ...Object.values(attributes)].join()).not.toMatch(/[\0-\x1f\x7f-\x9f]/)
          if (grant.expiresAt === undefined) continue
          expect(grant.expiresAt).toBeGreaterThanOrEqual(0)
          expect(grant.expiresAt).toBeLessThanOrEqual(now + longestLife)
        }
      }),
      { numRuns: propertyRuns },
    )
  },
  propertyTimeout,
)

test(
  'P1: no text about an answer repeats a token, wherever in it the token stood',
  () => {
    const around = fc
      .tuple(fc.string({ maxLength: 20 }), fc.constantFrom(' ', '"', ':', '=', '(', '\n', ', ', "'"))
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(status, headers, secretText, around, around, fc.nat(5), (code, given, secret, before, after, place) => {
        const text = before + secret + after
        const bodies = [
          { error: 'invalid_grant', error_description: text },
          { error: { code: 'x', message: text } },
          { error: text },
          { code: text, message: text },
          { error: { type: text } },
          { error: 'invalid_grant', error_description: encodeURIComponent(text) },
        ]
        expect(words(read(code, JSON.stringify(bodies[place]), given))).not.toContain(secret)
        expect(words(read(code, text, given))).not.toContain(secret)
        expect(printable(text)).not.toContain(secret)
      }),
      { numRuns: propertyRuns },
    )
  },
  propertyTimeout,
)

test(
  'the claims of a JWT are read, and of anything else there are none',
  () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), anyJson), (claims) => {
        expect(JSON.stringify(readClaims(encode(claims)))).toBe(JSON.stringify(claims))
      }),
      { numRuns: roundTripRuns },
    )
    fc.assert(
      fc.property(fc.option(anyText(jwt), { nil: undefined }), (text) => {
        const claims = readClaims(text)
        expect(typeof claims === 'object' && claims !== null && !Array.isArray(claims)).toBe(true)
      }),
      { numRuns: propertyRuns },
    )
  },
  propertyTimeout,
)

function previous(provider: string, issuer: string, refreshToken: string): Grant {
  const held = { provider, issuer, tokenType: 'Bearer', obtainedAt: now - 3_600_000, expiresAt: now, identity: {} }
  return { ...held, accessToken: new Secret('an-earlier-token'), refreshToken: new Secret(refreshToken) }
}
