// The address itself: asked as a container would, and as nobody may.
import type { OutgoingHttpHeaders } from 'node:http'
import { networkInterfaces } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serveTokenUrl, type TokenUrl } from '../../src/client/token-url.ts'
import { ask, refusalOf } from './loopback-request.ts'

describe('the address', () => {
  let served: TokenUrl
  let answers = 0
  let over = false
  beforeAll(async () => {
    served = await serveTokenUrl({
      port: 0,
      isOver: () => over,
      answer: async () => {
        answers += 1
        if (answers > 1) throw new Error('a fault with secret words')
        return '{"Token":"abc"}\n'
      },
    })
  })
  afterAll(() => served.close())

  const good = () => ({ authorization: served.authorization })

  test.for<
    [name: string, headers: (token: string) => OutgoingHttpHeaders, status: number, how?: { method?: string; path?: string }]
  >([
    ['no password', () => ({}), 403],
    ['an empty one', () => ({ authorization: '' }), 403],
    ['another one', (token) => ({ authorization: `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}` }), 403],
    ['a part of it', (token) => ({ authorization: token.slice(0, 20) }), 403],
    ['more than it', (token) => ({ authorization: `${token}${token}` }), 403],
    ['the word Bearer before it', (token) => ({ authorization: `Bearer ${token}` }), 403],
    ['a web page', (token) => ({ authorization: token, origin: 'http://127.0.0.1' }), 403],
    ['a page that leads here', (token) => ({ authorization: token, referer: 'http://example.com/' }), 403],
    ['a foreign name', (token) => ({ authorization: token, host: 'evil.example' }), 403],
    ['the right name with another port', (token) => ({ authorization: token, host: '127.0.0.1:1' }), 403],
    ['another method', (token) => ({ authorization: token }), 404, { method: 'POST' }],
    ['another path', (token) => ({ authorization: token }), 404, { path: '/' }],
    ['a query', (token) => ({ authorization: token }), 404, { path: '/v1/token?account=work' }],
    ['a path as a proxy takes it', (token) => ({ authorization: token }), 404, { path: 'http://evil.example/v1/token' }],
  ])('refuses %s before anything is asked for', async ([, headers, status, how]) => {
    const answered = await ask(served.url, headers(served.authorization), how)
    expect(answered.status, answered.body).toBe(status)
    expect(answered.body).not.toContain(served.authorization)
    expect(answers).toBe(0)
  })

  test('answers the one who has the password, is never kept by a cache, and hides a fault of its own', async () => {
    const answered = await ask(served.url, good())
    expect(answered).toMatchObject({ status: 200, body: '{"Token":"abc"}\n', headers: { 'cache-control': 'no-store' } })
    const fault = await ask(served.url, good())
    expect(fault).toMatchObject({ status: 500, body: expect.stringContaining('internal_error') })
    expect(fault.body).not.toContain('secret words')
    over = true
    expect(await ask(served.url, good())).toMatchObject({
      status: 403,
      body: expect.stringContaining('The time of this address is over'),
    })
  })

  test('is of 127.0.0.1 and of nothing else', async () => {
    const { hostname, port } = new URL(served.url)
    expect(hostname).toBe('127.0.0.1')
    const others = Object.values(networkInterfaces()).flatMap((all = []) => all.filter(({ internal }) => !internal))
    for (const { address } of [...others, { address: '::1' }]) {
      expect(await refusalOf(address, Number(port)), address).toBeDefined()
    }
  })
})
