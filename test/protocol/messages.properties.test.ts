import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  applyChange,
  BrokerError,
  type BrokerSnapshot,
  changeBetween,
  endpoints,
  errorCodes,
  errorFromResponse,
  errorResponse,
  formatSelector,
  parseSelector,
  socketPath,
  socketPathLimit,
} from '../../src/protocol/index.ts'
import { anyJson, anyText, mutated, mutatedMembers } from '../support/mutations.ts'
import { propertyRuns, propertyTimeout, roundTripRuns } from '../support/property-runs.ts'

const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/)
const label = fc.option(name, { nil: undefined })

test(
  'a selector that is written and read again names the same account',
  () => {
    fc.assert(
      fc.property(name, label, (provider, account) => {
        const selector =
          account === undefined ? { provider: provider.toLowerCase() } : { provider: provider.toLowerCase(), label: account }
        expect(parseSelector(formatSelector(selector))).toEqual(selector)
        expect(parseSelector(account === undefined ? provider : `${provider}:${account}`)).toEqual(selector)
      }),
      { numRuns: roundTripRuns },
    )
  },
  propertyTimeout,
)

test(
  'any other text is an invalid request, and what is read is safe in a path and in a file name',
  () => {
    fc.assert(
      fc.property(anyText(fc.tuple(name, label).map((parts) => parts.filter(Boolean).join(':'))), (text) => {
        try {
          const selector = parseSelector(text)
          expect(encodeURIComponent(formatSelector(selector)).replace('%3A', ':')).toBe(formatSelector(selector))
          expect(formatSelector(selector).toLowerCase()).toBe(text.toLowerCase())
        } catch (error) {
          if (!(error instanceof BrokerError)) throw error
          expect(error.code).toBe('invalid_request')
          expect(error.message.length).toBeLessThan(120)
        }
      }),
      { numRuns: propertyRuns },
    )
  },
  propertyTimeout,
)

/** What the routes give to a handler: members of a query are text, or a list when they come twice. */
const text = fc.oneof(
  fc.string(),
  fc.constantFrom('', ' ', '300', '-1', '1.5', '1e3', '0x10', 'true', '99999999999', 'deadbeef', 'DEADBEEF'),
)
const queryMember = fc.oneof({ weight: 5, arbitrary: text }, fc.array(text, { minLength: 2, maxLength: 2 }))

test(
  'a query of the token route is a wish that can be granted, or it is refused',
  () => {
    const valid = fc.record({ account: queryMember, min_valid: queryMember, rejected: queryMember }, { requiredKeys: [] })
    fc.assert(
      fc.property(fc.oneof(valid, mutatedMembers(valid)), (query) => {
        const parsed = endpoints.token.query.safeParse(query)
        if (!parsed.success) return
        const { account, min_valid: minValid, rejected, ...more } = parsed.data
        expect(more).toEqual({})
        if (account !== undefined) expect(account.length > 0 && account.length <= 64).toBe(true)
        if (minValid !== undefined) expect(Number.isInteger(minValid) && minValid >= 0 && minValid <= 31_536_000).toBe(true)
        if (rejected !== undefined) expect(rejected).toMatch(/^[0-9a-f]{8,64}$/)
      }),
      { numRuns: propertyRuns },
    )
  },
  propertyTimeout,
)

test(
  'a body is taken as it is meant, or refused, and nothing is added to it',
  () => {
    const login = fc.record(
      {
        provider: name,
        flow: fc.constantFrom('browser', 'paste'),
        account: name,
        label: name,
        redirect_host: fc.constantFrom('127.0.0.1', 'localhost'),
      },
      { requiredKeys: ['provider'] },
    )
    const response = fc.record({ pasted: fc.string({ minLength: 1 }) })
    fc.assert(
      fc.property(login, response, (good, pasted) => {
        expect(endpoints.startLogin.body.parse(good)).toEqual(good)
        expect(endpoints.pastedResponse.body.parse(pasted)).toEqual(pasted)
      }),
      { numRuns: roundTripRuns },
    )
    fc.assert(
      fc.property(fc.oneof(mutatedMembers(login), mutatedMembers(response), anyJson), (body) => {
        for (const endpoint of [endpoints.startLogin, endpoints.pastedResponse]) {
          const parsed = endpoint.body.safeParse(body)
          if (parsed.success) expect(parsed.data).toEqual(body)
          else expect(parsed.error.issues.length).toBeGreaterThan(0)
        }
      }),
      { numRuns: propertyRuns },
    )
  },
  propertyTimeout,
)

test(
  'an error survives the wire, and anything else that comes over it is an error of the table',
  () => {
    const error = fc.record({
      code: fc.constantFrom(...errorCodes),
      message: fc.string(),
      fix: fc.string(),
      retryAfter: fc.nat(),
    })
    fc.assert(
      fc.property(error, ({ code, message, fix, retryAfter }) => {
        const wire = errorResponse(new BrokerError(code, message, { fix, retryAfter }))
        expect(errorFromResponse(JSON.parse(JSON.stringify(wire)))).toMatchObject({ code, message, fix, retryAfter })
      }),
      { numRuns: roundTripRuns },
    )
    const body = fc.record({
      error: fc.constantFrom<string>(...errorCodes, 'new_code'),
      error_description: fc.string(),
      fix: fc.string(),
    })
    fc.assert(
      fc.property(fc.oneof(mutatedMembers(body), anyJson, fc.constant(undefined)), (value) => {
        const read = errorFromResponse(value)
        expect(errorCodes).toContain(read.code)
        expect(typeof read.message).toBe('string')
        expect(['string', 'undefined']).toContain(typeof read.fix)
      }),
      { numRuns: propertyRuns },
    )
  },
  propertyTimeout,
)

test(
  'a change that is applied to what was before gives what is now',
  () => {
    const row = fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd', 'e'), label: fc.string({ maxLength: 3 }) })
    const rows = fc.uniqueArray(row, { selector: ({ id }) => id })
    const snapshot = fc.record({
      sequence: fc.nat(),
      vault: fc.record({ store: fc.constant('memory') }),
      accounts: rows,
      logins: fc.array(row),
    })
    const byId = (a: { id: string }, b: { id: string }) => a.id.localeCompare(b.id)
    fc.assert(
      fc.property(snapshot, snapshot, fc.array(fc.nat(4)), (before, after, kept) => {
        // Rows that did not change are the same objects, as the broker keeps them.
        const ids = new Set(kept.map((place) => before.accounts[place]?.id))
        const accounts = [...before.accounts.filter(({ id }) => ids.has(id)), ...after.accounts.filter(({ id }) => !ids.has(id))]
        const [from, to] = [before, { ...after, accounts }] as unknown as [BrokerSnapshot, BrokerSnapshot]
        const applied = applyChange(from, JSON.parse(JSON.stringify(changeBetween(from, to))))
        expect({ ...applied, accounts: applied.accounts.toSorted(byId) }).toEqual({ ...to, accounts: to.accounts.toSorted(byId) })
      }),
      { numRuns: roundTripRuns },
    )
  },
  propertyTimeout,
)

test(
  'a socket path is one that the system takes whole, or it is refused',
  () => {
    const folder = fc.oneof(mutated(fc.constant('/run/user/1000')), fc.string({ unit: 'grapheme', maxLength: 120 }))
    const env = fc.record(
      { TOKENTRAY_SOCKET: folder, TOKENTRAY_HOME: folder, XDG_RUNTIME_DIR: folder, XDG_STATE_HOME: folder, HOME: folder },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(env, fc.constantFrom<NodeJS.Platform>('linux', 'darwin'), (variables, platform) => {
        try {
          expect(Buffer.byteLength(socketPath(variables, platform))).toBeLessThanOrEqual(socketPathLimit)
        } catch (error) {
          if (!(error instanceof BrokerError)) throw error
          expect(error).toMatchObject({ code: 'socket_unusable', fix: expect.stringContaining('TOKENTRAY_SOCKET') })
        }
        expect(socketPath({ USERNAME: 'x', ...variables, TOKENTRAY_SOCKET: '' }, 'win32')).toMatch(
          /^\\\\\.\\pipe\\tokentray-[a-z0-9-]*$/,
        )
      }),
      { numRuns: propertyRuns },
    )
  },
  propertyTimeout,
)
