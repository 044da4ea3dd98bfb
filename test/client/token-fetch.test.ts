import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { AccessToken } from '../../src/client/library.ts'
import { tokenFetch } from '../../src/client/token-fetch.ts'
import { until } from '../daemon/running-daemon.ts'
import { withLibrary } from './library-scene.ts'

const refused = { name: 'TokenTrayError', code: 'request_refused' }

describe.concurrent('a request with the token of an account', () => {
  test('takes the headers of the program along, and no other credential', async () => {
    await withLibrary(async ({ client, api, allowed }) => {
      const { accessToken } = await client.getToken('practice')
      const send = client.fetch('practice', allowed)
      const headers = { 'X-Api-Key': 'placeholder', Authorization: 'Bearer placeholder', 'X-Own': 'kept' }
      const response = await send(`${api.origin}/v1/turn?a=b`, { method: 'POST', headers, body: 'hello' })
      expect(await response.json()).toEqual({ got: 'hello' })
      expect(api.requests).toHaveLength(1)
      const { headers: sent, ...request } = api.requests[0] as (typeof api.requests)[0]
      expect(request).toEqual({ method: 'POST', url: '/v1/turn?a=b', body: 'hello' })
      expect(sent).toMatchObject({ authorization: `Bearer ${accessToken}`, 'x-own': 'kept' })
      expect(JSON.stringify(sent)).not.toContain('placeholder')
    })
  })

  test('sends what the provider wants besides, and adds to lists', async () => {
    const token: AccessToken = {
      accessToken: 'secret',
      tokenType: 'Bearer',
      provider: 'anthropic',
      account: 'anthropic-1',
      baseUrl: 'https://api.example/v1',
      headers: { 'anthropic-beta': 'oauth-2025-04-20,files', 'anthropic-version': '2023-06-01', 'x-api-key': 'secret' },
    }
    const sent: Headers[] = []
    const fetch = async (_input: unknown, init?: RequestInit) => {
      sent.push(new Headers(init?.headers))
      return new Response('{}')
    }
    const send = tokenFetch(async () => token, 'anthropic', { fetch })
    await send(new URL('https://api.example/other'), { headers: { 'anthropic-beta': 'files, mine' } })
    expect(Object.fromEntries(sent[0] ?? [])).toEqual({
      'anthropic-beta': 'files,mine,oauth-2025-04-20',
      'anthropic-version': '2023-06-01',
      'x-api-key': 'secret',
    })
  })

  test('is sent again with a newer token after a 401, when its body is all there', async () => {
    const form = new FormData()
    form.set('file', new Blob(['hello']), 'hello.txt')
    const bodies = ['hello', Buffer.from('hello'), new TextEncoder().encode('hello').buffer, new Blob(['hello']), form]
    await withLibrary(async ({ client, api, server, allowed }) => {
      const send = client.fetch('practice', allowed)
      for (const body of [...bodies, new URLSearchParams({ hello: '' })]) {
        const before = { requests: api.requests.length, refreshes: server.refreshes.length }
        api.revoked.add((await client.getToken('practice')).accessToken)
        const response = await send(`${api.origin}/v1`, { method: 'POST', body })
        expect(response.status, String(body)).toBe(200)
        const sent = api.requests.slice(before.requests).map((request) => request.body)
        expect(sent, String(body)).toEqual([expect.stringContaining('hello'), expect.stringContaining('hello')])
        expect(server.refreshes).toHaveLength(before.refreshes + 1)
      }
    })
  })

  test('is not sent again when its body is gone, and the next request has a newer token', async () => {
    const calls: readonly ((url: string) => Parameters<typeof fetch>)[] = [
      (url) => [url, { method: 'POST', body: new Blob(['hello']).stream(), duplex: 'half' }],
      (url) => [url, { method: 'POST', body: Readable.from(['hello']) as unknown as BodyInit, duplex: 'half' }],
      (url) => [new Request(url, { method: 'POST', body: 'hello' })],
    ]
    await withLibrary(async ({ client, api, server, allowed }) => {
      for (const [done, call] of calls.entries()) {
        api.revoked.add((await client.getToken('practice')).accessToken)
        const send = client.fetch('practice', allowed)
        const response = await send(...call(`${api.origin}/v1`))
        expect(response.status).toBe(401)
        expect(await response.text()).toContain('not good')
        expect(server.refreshes).toHaveLength(done)
        expect((await send(...call(`${api.origin}/v1`))).status).toBe(200)
        expect(server.refreshes).toHaveLength(done + 1)
      }
      expect(api.requests.map(({ body }) => body)).toEqual(Array(6).fill('hello'))
    })
  })

  test('is one refresh for 20 requests that are refused at the same time', async () => {
    await withLibrary(async ({ client, api, server, allowed }) => {
      api.revoked.add((await client.getToken('practice')).accessToken)
      const send = client.fetch('practice', allowed)
      const calls = Array.from({ length: 20 }, (_, i) => send(`${api.origin}/${i}`, { method: 'POST', body: String(i) }))
      const answers = await Promise.all((await Promise.all(calls)).map((response) => response.json()))
      expect(answers).toEqual(Array.from({ length: 20 }, (_, i) => ({ got: String(i) })))
      expect(server.refreshes).toHaveLength(1)
    })
  })

  test('is not sent a third time, and an API that refuses every token costs one refresh', async () => {
    await withLibrary(async ({ client, api, server, allowed }) => {
      const send = client.fetch('practice', allowed)
      // A new token is no better: whatever the broker has issued is refused.
      const refuseAll = async () => {
        for (const secret of server.secrets) api.revoked.add(secret)
        return (await client.getToken('practice')).accessToken
      }
      server.answerRefreshes((response, issue) => {
        const tokens = issue()
        api.revoked.add(tokens.access_token)
        response.setHeader('content-type', 'application/json').end(JSON.stringify(tokens))
      })
      await refuseAll()
      const answer = await send(`${api.origin}/v1`)
      expect(answer.status).toBe(401)
      expect(await answer.text()).toContain('not good')
      expect(api.requests).toHaveLength(2)
      for (let i = 0; i < 3; i++) expect((await send(`${api.origin}/v1`)).status).toBe(401)
      expect(api.requests).toHaveLength(5)
      expect(server.refreshes).toHaveLength(1)
      // Once the token has worked, a refusal of it is news again.
      const good = await client.getToken('practice')
      api.revoked.delete(good.accessToken)
      expect((await send(`${api.origin}/v1`)).status).toBe(200)
      server.answerRefreshes()
      api.revoked.add(good.accessToken)
      expect((await send(`${api.origin}/v1`)).status).toBe(200)
      expect(server.refreshes).toHaveLength(2)
    })
  })

  test('fails with the error of the broker when there is no newer token', async () => {
    await withLibrary(async ({ client, api, server, allowed }) => {
      api.revoked.add((await client.getToken('practice')).accessToken)
      server.answerRefreshes((response) => void response.writeHead(500).end())
      const call = client.fetch('practice', allowed)(`${api.origin}/v1`)
      await expect(call).rejects.toMatchObject({ name: 'TokenTrayError', code: 'temporarily_unavailable' })
    })
  })

  test('ends with its signal, at the broker and at the API', async () => {
    const waiting: unknown[] = []
    await withLibrary(
      async ({ client, api, allowed }) => {
        const leaving = new AbortController()
        const send = client.fetch('practice', allowed)
        const call = send(`${api.origin}/v1`, { signal: leaving.signal })
        await until('the request', () => waiting.length === 1)
        leaving.abort(new Error('enough'))
        await expect(call).rejects.toThrow('enough')
        await expect(send(`${api.origin}/v1`, { signal: leaving.signal })).rejects.toThrow('enough')
        await expect(send(new Request(`${api.origin}/v1`, { signal: leaving.signal }))).rejects.toThrow('enough')
        expect(api.requests).toHaveLength(1)
      },
      { answer: (request) => void waiting.push(request) },
    )
  })

  test('gives an answer on as it comes, and a 403 as it is', async () => {
    let end = () => {}
    await withLibrary(
      async ({ client, api, server, allowed }) => {
        const send = client.fetch('practice', allowed)
        const stream = (await send(`${api.origin}/stream`)).body?.pipeThrough(new TextDecoderStream()).getReader()
        expect((await stream?.read())?.value).toBe('first')
        end()
        expect((await stream?.read())?.value).toBe('second')
        expect((await send(`${api.origin}/forbidden`)).status).toBe(403)
        expect(api.requests).toHaveLength(2)
        expect(server.refreshes).toHaveLength(0)
      },
      {
        answer: ({ url }, response) => {
          if (url === '/forbidden') return void response.writeHead(403).end('no')
          response.write('first')
          end = () => response.end('second')
        },
      },
    )
  })
})

describe.concurrent('a token goes nowhere else (S7)', () => {
  test('than to the origin of its account', async () => {
    await withLibrary(async ({ client, api, server }) => {
      const send = client.fetch('practice')
      await expect(send(`${api.origin}/v1`)).rejects.toMatchObject(refused)
      await expect(send(new Request(`${api.origin}/v1`))).rejects.toMatchObject(refused)
      for (const url of [server.origin.replace('http:', 'https:'), server.origin.replace('127.0.0.1', 'localhost')]) {
        await expect(send(`${url}/api`), url).rejects.toMatchObject(refused)
      }
      expect(api.requests).toHaveLength(0)
      const paths = server.paths.length
      expect((await send(`${server.origin}/api/anything`)).status).toBe(400)
      expect(server.paths).toHaveLength(paths + 1)
    })
  })

  test.for([
    'http://api.example/v1',
    'https://api.example:444/v1',
    'https://api.example.elsewhere.example/v1',
    'https://api.example@elsewhere.example/v1',
    'https://api.example:443@elsewhere.example/v1',
    'https://elsewhere.example/https://api.example/v1',
    'data:text/plain,https://api.example',
  ])('by an address that looks alike: %s', async (url) => {
    const getToken = async (): Promise<AccessToken> => ({
      accessToken: 'secret',
      tokenType: 'Bearer',
      provider: 'p',
      account: 'p-1',
      baseUrl: 'https://api.example/v1',
      headers: { Authorization: 'Bearer secret' },
    })
    const sent: unknown[] = []
    const fetch = async (input: unknown) => {
      sent.push(input)
      return new Response('{}')
    }
    const send = tokenFetch(getToken, 'p', { fetch })
    await expect(send(url)).rejects.toMatchObject(refused)
    expect(sent).toEqual([])
    await send('https://API.example:443/other')
    expect(sent).toHaveLength(1)
  })

  test('by a redirect', async () => {
    const elsewhere: string[] = []
    await withLibrary(
      async ({ api, client }) => {
        // A second name of the same server is another origin.
        const target = api.origin.replace('127.0.0.1', 'localhost')
        const send = client.fetch('practice', { origins: [api.origin] })
        for (const status of [301, 302, 303, 307, 308]) {
          const url = `${api.origin}/redirect/${status}?to=${encodeURIComponent(`${target}/stolen`)}`
          const error: unknown = await send(url, { method: 'POST', body: 'hello' }).catch((caught: unknown) => caught)
          expect(error).toMatchObject({ ...refused, message: expect.stringContaining(target) })
          await expect(send(new Request(url, { redirect: 'error' }))).rejects.toMatchObject(refused)
          const seen = await send(url, { redirect: 'manual' })
          expect([seen.status, seen.headers.get('location')]).toEqual([status, `${target}/stolen`])
        }
        expect(elsewhere).toEqual([])
      },
      {
        answer: ({ url }, response) => {
          const { pathname, searchParams } = new URL(url, 'http://x')
          const status = Number(/^\/redirect\/(\d+)$/.exec(pathname)?.[1])
          if (Number.isNaN(status)) elsewhere.push(url)
          response.writeHead(status || 200, { location: searchParams.get('to') ?? '' }).end()
        },
      },
    )
  })
})
