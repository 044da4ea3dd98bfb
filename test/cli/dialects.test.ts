// A hand-out is written as it is into headers and lines, so that one that would break them must not get that far.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dialects, readHandOut } from '../../src/cli/dialects.ts'
import { propertyRuns, propertyTimeout } from '../support/property-runs.ts'

const given = {
  access_token: 'abc',
  token_type: 'Bearer',
  expires_at: 1_800_000_000,
  provider: 'practice',
  account: 'practice-1',
  base_url: 'https://api.example/v1',
  headers: { 'x-one': '1', 'x-empty': '' },
}

describe('a hand-out of the broker', () => {
  test('is read as it is', () => {
    expect(readHandOut(JSON.stringify(given))).toEqual(given)
  })

  test.for([
    ['no JSON', 'abc'],
    ['nothing', ''],
    ['null', 'null'],
    ['an array', '[]'],
    ['no token', JSON.stringify({ ...given, access_token: undefined })],
    ['an empty token', JSON.stringify({ ...given, access_token: '' })],
    ['a token with a line break', JSON.stringify({ ...given, access_token: 'abc\r\nX-Evil: 1' })],
    ['a token that is no text', JSON.stringify({ ...given, access_token: 7 })],
    ['an address that is none', JSON.stringify({ ...given, base_url: 'somewhere' })],
    ['an address with a line break', JSON.stringify({ ...given, base_url: 'https://a.example/\nPATH=/tmp' })],
    ['a header with a line break', JSON.stringify({ ...given, headers: { a: 'b\nc' } })],
    ['the name of a header with one', JSON.stringify({ ...given, headers: { 'a\r\nb': 'c' } })],
    ['another alphabet', JSON.stringify({ ...given, access_token: 'абв' })],
  ])('that has %s is refused', ([, text]) => {
    expect(() => readHandOut(text ?? '')).toThrow(expect.objectContaining({ code: 'broker_unreadable' }))
  })

  test(
    'has one line for each header, and for each variable',
    () => {
      const any = fc.string({ unit: 'binary', maxLength: 12 })
      fc.assert(
        fc.property(any, fc.dictionary(any, any, { maxKeys: 4 }), (token, headers) => {
          const text = JSON.stringify({ ...given, access_token: token, headers })
          try {
            const read = readHandOut(text)
            const written = dialects.header(read)
            expect(written.split('\n')).toHaveLength(2 + Object.keys(headers).length)
            expect(written).not.toContain('\r')
            expect(dialects.env(read).split('\n')).toHaveLength(3)
            expect(dialects.git(read).split('\n')).toHaveLength(4)
            expect(JSON.parse(dialects.container(read))).toMatchObject({ Token: token })
          } catch (error) {
            expect(error).toMatchObject({ code: 'broker_unreadable' })
          }
        }),
        { numRuns: propertyRuns },
      )
    },
    propertyTimeout,
  )
})

test('a container is told when the token ends, where it has an end, and which header takes a key', () => {
  expect(JSON.parse(dialects.container(given))).toMatchObject({ Token: 'abc', Expiration: '2027-01-15T08:00:00.000Z' })
  const { expires_at: _end, ...endless } = given
  const key = { ...endless, token_header: 'x-api-key' }
  expect(JSON.parse(dialects.container(key))).toEqual({
    Token: 'abc',
    TokenType: 'Bearer',
    TokenHeader: 'x-api-key',
    BaseUrl: given.base_url,
    Headers: given.headers,
    Account: 'practice-1',
  })
  expect(dialects.git(key)).toBe('username=oauth2\npassword=abc\n')
})
