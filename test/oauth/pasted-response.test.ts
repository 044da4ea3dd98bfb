import { expect, test } from 'vitest'
import { parsePastedResponse } from '../../src/oauth/pasted-response.ts'

test.each([
  ['http://127.0.0.1:1455/auth/callback?code=abcd-efgh-ijkl-mnop&state=s1', 'abcd-efgh-ijkl-mnop', 's1'],
  ['  "http://localhost:1455/auth/callback?state=s1&code=abcd-efgh-ijkl-mnop"  ', 'abcd-efgh-ijkl-mnop', 's1'],
  ['<https://platform.example/oauth/code/callback?code=abcd-efgh-ijkl-mnop&state=s1>', 'abcd-efgh-ijkl-mnop', 's1'],
  ['https://platform.example/callback#code=abcd-efgh-ijkl-mnop&state=s1', 'abcd-efgh-ijkl-mnop', 's1'],
  ['?code=abcd-efgh-ijkl-mnop&state=s1', 'abcd-efgh-ijkl-mnop', 's1'],
  ['code=abcd-efgh-ijkl-mnop&state=s1', 'abcd-efgh-ijkl-mnop', 's1'],
  ['abcd-efgh-ijkl-mnop#s1', 'abcd-efgh-ijkl-mnop', 's1'],
  ['abcd-efgh-ijkl-mnop', 'abcd-efgh-ijkl-mnop', null],
  ['http://127.0.0.1:1455/auth/callback?code=a%2Bb%20c&state=s%2F1', 'a+b c', 's/1'],
])('reads %j', (pasted, code, state) => {
  const parameters = parsePastedResponse(pasted)
  expect(parameters.get('code')).toBe(code)
  expect(parameters.get('state')).toBe(state)
})

test('an error response is a response', () => {
  expect(parsePastedResponse('http://localhost:1455/auth/callback?error=access_denied&state=s').get('error')).toBe(
    'access_denied',
  )
})

test.each([
  ['', /Nothing/],
  ['   \n', /Nothing/],
  ['http://localhost:1455/success', /last page/],
  ['https://auth.example/authorize?response_type=code&code_challenge=x', /link to sign in/],
  ['http://localhost:1455/auth/callback?state=s', /no `code=`/],
  ['http://', /not complete/],
  ['I pressed allow', /spaces/],
  ['a#b#c', /not a code/],
  ['abc', /not a code/],
  ['?code=one&code=two&state=s', /more than one `code`/],
  ['?code=one&state=s&state=t', /more than one `state`/],
])('explains %j', (pasted, reason) => {
  expect(() => parsePastedResponse(pasted)).toThrow(reason)
  expect(() => parsePastedResponse(pasted)).toThrow(expect.objectContaining({ code: 'invalid_pasted_response' }))
})
