import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseDuration } from '../../src/cli/duration.ts'
import { BrokerError } from '../../src/protocol/index.ts'
import { anyText } from '../support/mutations.ts'
import { propertyRuns, propertyTimeout, roundTripRuns } from '../support/property-runs.ts'

const units = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 }
const written = fc.tuple(fc.nat(99_999_999), fc.constantFrom(...(Object.keys(units) as (keyof typeof units)[])))

test(
  'a length of time is read as it is written',
  () => {
    fc.assert(
      fc.property(written, fc.constantFrom('', ' '), ([number, unit], space) => {
        expect(parseDuration(`${space}${number}${unit}${space}`)).toBe(number * units[unit])
      }),
      { numRuns: roundTripRuns },
    )
  },
  propertyTimeout,
)

test(
  'any other text is an invalid request with advice',
  () => {
    fc.assert(
      fc.property(anyText(written.map((parts) => parts.join(''))), (text) => {
        try {
          expect(Number.isSafeInteger(parseDuration(text))).toBe(true)
          expect(text.trim()).toMatch(/^\d{1,8}[smhd]?$/)
        } catch (error) {
          if (!(error instanceof BrokerError)) throw error
          expect(error).toMatchObject({ code: 'invalid_request', fix: expect.stringContaining('30m') })
        }
      }),
      { numRuns: propertyRuns },
    )
  },
  propertyTimeout,
)
