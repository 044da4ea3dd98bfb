import { expect, test } from 'vitest'
import { longestLifetime, printable, readTokenAnswer } from '../../src/oauth/token-endpoint.ts'

const answer = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  readTokenAnswer({
    status,
    text: typeof body === 'string' ? body : JSON.stringify(body),
    header: (name) => headers[name],
  })

test('a token response is taken member by member', () => {
  const body = {
    access_token: 'a',
    token_type: 'bearer',
    expires_in: '3600',
    refresh_token: 'r',
    scope: 's',
    id_token: 'i',
    extra: 1,
  }
  expect(answer(200, body, { date: 'Sun, 22 Nov 2026 08:00:00 GMT' })).toEqual({
    kind: 'granted',
    response: {
      access_token: 'a',
      token_type: 'Bearer',
      expires_in: 3600,
      refresh_token: 'r',
      scope: 's',
      id_token: 'i',
      body,
      serverTime: Date.UTC(2026, 10, 22, 8),
    },
  })
})

test.each([
  ['a nonsense expires_in', { access_token: 'a', refresh_token: 'r', expires_in: 'soon' }],
  ['a negative expires_in', { access_token: 'a', refresh_token: 'r', expires_in: -5 }],
  ['a scope that is a list', { access_token: 'a', refresh_token: 'r', scope: ['x'] }],
  ['an id_token that is not text', { access_token: 'a', refresh_token: 'r', id_token: { no: 'jwt' } }],
  ['no access token', { refresh_token: 'r' }],
])('a rotated refresh token survives %s', (_name, body) => {
  expect(answer(200, body)).toMatchObject({ kind: 'granted', response: { refresh_token: 'r' } })
})

test.each([
  ['status 201', 201, {}],
  ['a code that says that all is well', 200, { code: 'ok' }],
  ['a code that is a number, and a message', 200, { code: 0, message: 'success' }],
  ['an error beside the tokens', 200, { error: 'invalid_grant' }],
  ['an error that is an object', 200, { error: { code: 'none' } }],
])('a rotated refresh token survives %s', (_name, status, more) => {
  const body = { access_token: 'a', refresh_token: 'r', ...more }
  expect(answer(status, body)).toMatchObject({ kind: 'granted', response: { access_token: 'a', refresh_token: 'r' } })
})

test.each([
  ['seconds', { 'retry-after': '7' }, 7],
  [
    'a date, by the clock of the server',
    { 'retry-after': 'Sun, 22 Nov 2026 08:01:00 GMT', date: 'Sun, 22 Nov 2026 08:00:00 GMT' },
    60,
  ],
  ['a date that is over', { 'retry-after': 'Sun, 22 Nov 2026 07:00:00 GMT', date: 'Sun, 22 Nov 2026 08:00:00 GMT' }, undefined],
  ['a date without a clock', { 'retry-after': 'Sun, 22 Nov 2026 08:01:00 GMT' }, undefined],
  ['a part of a second', { 'retry-after': '6.5' }, 7],
  ['more seconds than anybody waits', { 'retry-after': '9'.repeat(400) }, longestLifetime],
  ['nonsense', { 'retry-after': 'later' }, undefined],
  ['a time before now', { 'retry-after': '-7' }, undefined],
])('Retry-After as %s', (_name, headers, retryAfter) => {
  expect(answer(503, { error: 'busy' }, headers as Record<string, string>)).toEqual({
    kind: 'unclear',
    error: { code: 'server_error', description: 'The provider answered with status 503.' },
    ...(retryAfter === undefined ? {} : { retryAfter }),
  })
})

test.each(['refresh_token_expires_in', 'refresh_expires_in'])('the end of the refresh token is read from %s', (name) => {
  expect(answer(200, { access_token: 'a', refresh_token: 'r', [name]: 90 })).toMatchObject({
    response: { refresh_token_expires_in: 90 },
  })
})

test.each([
  ['RFC 6749', 400, { error: 'invalid_grant', error_description: 'used' }, 'invalid_grant', 'used'],
  ['an object with a code', 401, { error: { code: 'refresh_token_reused', message: 'used' } }, 'refresh_token_reused', 'used'],
  ['a top-level code', 401, { code: 'refresh_token_expired' }, 'refresh_token_expired', 'refresh_token_expired'],
  ['an error under status 200', 200, { error: 'bad_refresh_token' }, 'bad_refresh_token', 'bad_refresh_token'],
])('an OAuth error is read: %s', (_name, status, body, code, description) => {
  expect(answer(status, body)).toEqual({ kind: 'refused', status, error: { code, description } })
})

test.each([
  ['a 500 that looks like an OAuth error', 500, { error: 'invalid_grant' }, {}, 'server_error'],
  ['a 429 that looks like an OAuth error', 429, { error: 'invalid_grant' }, { 'retry-after': '7' }, 'rate_limited'],
  ['a page', 200, '<html>Welcome to the hotel</html>', {}, 'not_oauth'],
  ['a page with status 400', 400, '<html>no</html>', {}, 'not_oauth'],
  ['a redirect', 302, '', {}, 'not_oauth'],
  ['a redirect that says invalid_grant', 307, { error: 'invalid_grant' }, {}, 'not_oauth'],
  ['a status without a meaning', 999, { error: 'invalid_grant' }, {}, 'server_error'],
  ['a Cloudflare challenge', 403, '<html>', { 'cf-mitigated': 'challenge' }, 'blocked'],
  ['a Cloudflare page with status 503', 503, '<html>', { server: 'cloudflare' }, 'blocked'],
  ['a Cloudflare challenge without its header', 403, '<html><title>Just a moment...</title>', {}, 'blocked'],
  ['a block page of Cloudflare', 403, '<html><title>Attention Required! | Cloudflare</title>', {}, 'blocked'],
  ['a Cloudflare page about the server behind it', 502, '<html>', { server: 'cloudflare' }, 'server_error'],
  ['a Cloudflare page about a server that does not answer', 522, '<html>cloudflare', {}, 'server_error'],
  ['a rate limit of Cloudflare', 429, '<html>', { server: 'cloudflare' }, 'rate_limited'],
  ['a 502 page', 502, '<html>bad gateway</html>', {}, 'server_error'],
  ['a list', 200, [1], {}, 'not_oauth'],
  ['an empty object', 200, {}, {}, 'not_oauth'],
  ['an object without an error, status 400', 400, { detail: 'no' }, {}, 'server_error'],
])('never the end of a grant: %s', (_name, status, body, headers, code) => {
  expect(answer(status, body, headers)).toMatchObject({ kind: 'unclear', error: { code } })
})

test('Retry-After is passed on, and text of a server is made fit for a screen', () => {
  expect(answer(429, {}, { 'retry-after': '7' })).toMatchObject({ retryAfter: 7 })
  expect(printable('red\u001b[31m\r\nalert')).toBe('red [31m alert')
  expect(printable('x'.repeat(1_000))).toHaveLength(300)
})
