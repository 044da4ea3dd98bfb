import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parsePastedResponse } from '../../src/oauth/pasted-response.ts'
import { BrokerError } from '../../src/protocol/index.ts'
import { anyText, secretText } from '../support/mutations.ts'
import { propertyRuns, propertyTimeout, roundTripRuns } from '../support/property-runs.ts'

const redirect = 'http://127.0.0.1:1455/auth/callback'
const value = fc.oneof(secretText, fc.string({ minLength: 1, maxLength: 40 }))

/** What people copy: each form of the same response. */
const forms: readonly ((code: string, state: string) => string)[] = [
  (code, state) => `${redirect}?${new URLSearchParams({ code, state })}`,
  (code, state) => `  "${redirect}?${new URLSearchParams({ state, code })}"\n`,
  (code, state) => `<https://platform.example/callback#${new URLSearchParams({ code, state })}>`,
  (code, state) => `?${new URLSearchParams({ code, state })}`,
  (code, state) => `#${new URLSearchParams({ code, state, scope: 'openid' })}`,
  (code, state) => `${new URLSearchParams({ code, state })}`,
]
const pasted = fc.tuple(value, value, fc.constantFrom(...forms)).map(([code, state, form]) => form(code, state))
const others = fc.constantFrom(
  `${redirect}?error=access_denied&state=s1`,
  'http://localhost:1455/success',
  'https://auth.example/authorize?response_type=code&code_challenge=x&state=y',
  'abcd-efgh-ijkl-mnop#state-1',
)

test(
  'each form of a response is read for what it says',
  () => {
    fc.assert(
      fc.property(value, value, fc.constantFrom(...forms), (code, state, form) => {
        const parameters = parsePastedResponse(form(code, state))
        expect(parameters.getAll('code')).toEqual([code])
        expect(parameters.getAll('state')).toEqual([state])
      }),
      { numRuns: roundTripRuns },
    )
  },
  propertyTimeout,
)

test(
  'a code by itself, and one with its state, are read for what they say',
  () => {
    const state = fc.option(secretText, { nil: undefined })
    fc.assert(
      fc.property(secretText, state, (code, second) => {
        const parameters = parsePastedResponse(second === undefined ? code : `${code}#${second}`)
        expect([parameters.get('code'), parameters.get('state')]).toEqual([code, second ?? null])
      }),
      { numRuns: roundTripRuns },
    )
  },
  propertyTimeout,
)

test(
  'whatever is pasted, the answer is one code or one error, or the one refusal, which repeats nothing of it',
  () => {
    fc.assert(
      fc.property(anyText(fc.oneof(pasted, others)), (text) => {
        try {
          const parameters = parsePastedResponse(text)
          for (const name of ['code', 'state', 'error']) expect(parameters.getAll(name).length).toBeLessThanOrEqual(1)
          expect(Boolean(parameters.get('code') || parameters.get('error'))).toBe(true)
        } catch (error) {
          if (!(error instanceof BrokerError)) throw error
          expect(error).toMatchObject({ code: 'invalid_pasted_response', fix: expect.any(String) })
          for (const word of text.match(/[\w-]{20,}/g) ?? []) expect(error.message).not.toContain(word)
        }
      }),
      { numRuns: propertyRuns },
    )
  },
  propertyTimeout,
)
