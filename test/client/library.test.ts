import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createBrokerClient } from '../../src/client/broker-client.ts'
import { credentials } from '../../src/client/credentials.ts'
import { type BrokerState, createClient, TokenTrayError } from '../../src/client/library.ts'
import type { GetToken } from '../../src/client/token-request.ts'
import type { BrokerSnapshot } from '../../src/protocol/index.ts'
import { json } from '../daemon/authorization-server.ts'
import { until, withDaemon, withHome } from '../daemon/running-daemon.ts'
import { withLibrary } from './library-scene.ts'

/** What listens on a socket and is no broker, or a strange one. */
async function withListener(answer: (path: string) => unknown, body: (socket: string) => Promise<void>): Promise<void> {
  await withHome({}, async ({ home }) => {
    const socket = join(home, 's')
    const server: Server = createServer((request, response) => {
      const text = JSON.stringify(answer(request.url ?? ''))
      response.setHeader('content-length', Buffer.byteLength(text)).end(text)
    })
    await new Promise<void>((resolve) => server.listen(socket, resolve))
    try {
      await body(socket)
    } finally {
      server.close()
    }
  })
}

describe.concurrent('getToken', () => {
  test('answers the token with everything to send, and the ledger names the program', async () => {
    await withLibrary(async ({ client, daemon, server }) => {
      const token = await client.getToken('practice')
      expect(token).toEqual({
        accessToken: expect.any(String),
        tokenType: 'Bearer',
        expiresAt: expect.any(Number),
        provider: 'practice',
        account: expect.stringMatching(/^practice-/),
        baseUrl: `${server.origin}/api`,
        headers: { Authorization: `Bearer ${token.accessToken}` },
      })
      expect(server.secrets).toContain(token.accessToken)
      await until('the ledger', async () => (await daemon.ask('/v1/ledger?client=library-test')).text.includes('library-test'))
    })
  })

  test('is one refresh for 20 callers of two clients whose token was refused, and sends no token anywhere', async () => {
    await withLibrary(async ({ client, daemon, server }) => {
      const other = createClient({ socket: daemon.socket })
      const { accessToken: rejected } = await client.getToken('practice')
      const calls = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? client : other).getToken('practice', { rejected }))
      const tokens = new Set((await Promise.all(calls)).map(({ accessToken }) => accessToken))
      expect(tokens.size).toBe(1)
      expect(tokens).not.toContain(rejected)
      expect(server.refreshes).toHaveLength(1)
      // The broker never keeps a token for the library: the next call has the newer one, without being told of the old one.
      expect(tokens).toContain((await client.getToken('practice')).accessToken)
    })
  })

  test('shares a request between equal calls only', async () => {
    const paths: string[] = []
    const token = {
      access_token: 't',
      token_type: 'Bearer',
      provider: 'p',
      account: 'a',
      base_url: 'http://127.0.0.1:1',
      headers: {},
    }
    await withListener(
      (path) => {
        paths.push(path)
        return token
      },
      async (socket) => {
        const { getToken } = createClient({ socket })
        const same = Array.from({ length: 10 }, () => getToken('p'))
        const others = [getToken('p', { minValid: 60 }), getToken('p:work'), getToken('p', { account: 'work' })]
        await Promise.all([...same, ...others, getToken('p', { rejected: 'secret' })])
        const asked = paths.filter((path) => path.startsWith('/v1/token/'))
        expect(asked.toSorted()).toEqual([
          '/v1/token/p',
          '/v1/token/p%3Awork',
          '/v1/token/p?account=work',
          '/v1/token/p?min_valid=60',
          '/v1/token/p?rejected=2bb80d537b1da3e3',
        ])
        await getToken('p')
        expect(paths.filter((path) => path === '/v1/token/p')).toHaveLength(2)
      },
    )
  })

  test('lets a caller go at once, and the others have their token', async () => {
    await withLibrary(async ({ client, server }) => {
      const { accessToken: rejected } = await client.getToken('practice')
      let release = () => {}
      server.answerRefreshes(async (response, issue) => {
        await new Promise<void>((resolve) => {
          release = resolve
        })
        json(response, 200, issue())
      })
      const leaving = new AbortController()
      const gone = client.getToken('practice', { rejected, signal: leaving.signal })
      const staying = client.getToken('practice', { rejected })
      await until('the refresh', () => server.refreshes.length === 1)
      leaving.abort(new Error('no longer wanted'))
      await expect(gone).rejects.toThrow('no longer wanted')
      release()
      expect((await staying).accessToken).not.toBe(rejected)
      expect(server.refreshes).toHaveLength(1)
      await expect(client.getToken('practice', { signal: leaving.signal })).rejects.toThrow('no longer wanted')
    })
  })

  test('withdraws its question when nobody waits any more', async () => {
    await withLibrary(async ({ client, daemon }) => {
      await createBrokerClient(daemon.socket).setAsk(true)
      const leaving = new AbortController()
      const gone = client.getToken('practice', { signal: leaving.signal })
      await until('the question', async () => (await daemon.status()).approvals.length === 1)
      leaving.abort()
      await expect(gone).rejects.toThrow()
      await until('its withdrawal', async () => (await daemon.status()).approvals.length === 0)
    })
  })
})

describe.concurrent('an error', () => {
  test('says how to start the broker that is missing', async () => {
    const error = await createClient({ socket: '/tmp/tt-nobody.sock' })
      .getToken('practice')
      .catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(TokenTrayError)
    expect(error).toMatchObject({ code: 'broker_not_running', fix: expect.stringContaining('tokentray daemon') })
  })

  test('is the one of the broker, and a missing sign-in can be made up for', async () => {
    await withDaemon({}, async ({ socket }) => {
      const silent = await createClient({ socket })
        .getToken('practice')
        .catch((caught: unknown) => caught)
      expect(silent).toMatchObject({ code: 'login_required', fix: expect.stringContaining('tokentray login practice') })

      const asked: string[] = []
      const answers = [false, true]
      const client = createClient({
        socket,
        onSignInNeeded: async (error, selector) => {
          asked.push(`${selector} ${error.code}`)
          return answers.shift()
        },
      })
      await Promise.allSettled([client.getToken('practice'), client.getToken('practice')])
      expect(asked).toEqual(['practice login_required'])
      // It was said that somebody has signed in, and nobody has: asked once more, and then it is an error.
      await expect(client.getToken('practice')).rejects.toMatchObject({ code: 'login_required' })
      expect(asked).toHaveLength(2)
    })
  })

  test('carries the time to wait', async () => {
    await withLibrary(async ({ client, server }) => {
      const { accessToken: rejected } = await client.getToken('practice')
      server.answerRefreshes((response) => void response.writeHead(500).end())
      const error = await client.getToken('practice', { rejected }).catch((caught: unknown) => caught)
      expect(error).toMatchObject({ code: 'temporarily_unavailable', retryAfter: expect.any(Number) })
      expect(JSON.stringify(error) + String(error)).not.toContain(rejected)
    })
  })

  test.for<[string, object]>([
    ['a selector with a path in it', { selector: '../status' }],
    ['a selector with a line break', { selector: 'practice\r\nX-Evil: 1' }],
    ['an empty selector', { selector: '' }],
    ['a client with a line break', { client: 'a\r\nX-Evil: 1' }],
    ['a vault that goes up', { vault: '../x' }],
  ])('of wrong usage is told before anything is sent: %s', async ([, options]) => {
    const { selector = 'practice', ...others } = options as { selector?: string; client?: string; vault?: string }
    const call = async () => createClient({ socket: '/tmp/tt-nobody.sock', ...others }).getToken(selector)
    await expect(call()).rejects.toMatchObject({ name: 'TokenTrayError', code: 'invalid_request' })
  })

  test.for<[string, unknown]>([
    ['nothing', null],
    ['a list', []],
    ['no token', { token_type: 'Bearer' }],
    [
      'an expiry in words',
      { access_token: 't', token_type: 'Bearer', expires_at: 'soon', provider: 'p', account: 'a', base_url: 'x' },
    ],
    [
      'headers that are none',
      { access_token: 't', token_type: 'Bearer', provider: 'p', account: 'a', base_url: 'x', headers: { a: 1 } },
    ],
  ])('names a listener that is no broker: %s', async ([, answer]) => {
    await withListener(
      () => answer,
      async (socket) => {
        await expect(createClient({ socket }).getToken('practice')).rejects.toMatchObject({ code: 'broker_unreadable' })
      },
    )
  })
})

describe.concurrent('credentials', () => {
  test('are renewed when it is said that the last ones were refused', async () => {
    await withLibrary(async ({ client, server }) => {
      const credentials = client.credentials('practice')
      const first = await credentials()
      expect(first).toEqual({ token: expect.any(String), expiresAt: expect.any(Number) })
      expect(await credentials()).toEqual(first)
      expect(server.refreshes).toHaveLength(0)
      expect((await credentials({ forceRefresh: true })).token).not.toBe(first.token)
      expect(server.refreshes).toHaveLength(1)
      // Another request hears of the refusal of the first token later.
      expect((await credentials({ forceRefresh: true })).token).not.toBe(first.token)
      expect(server.refreshes).toHaveLength(1)
      // One that has never handed out a token has nothing that was refused.
      await client.credentials('practice')({ forceRefresh: true })
      expect(server.refreshes).toHaveLength(1)
    })
  })
})

test('credentials hold a refusal against the newer token when ten seconds have passed', async () => {
  let time = 0
  let tokens = 0
  const getToken: GetToken = async (_selector, { rejected } = {}) => {
    if (rejected === `token ${tokens}`) tokens += 1
    return { accessToken: `token ${tokens}`, tokenType: 'Bearer', provider: 'p', account: 'a', baseUrl: 'http://x', headers: {} }
  }
  const forced = credentials(getToken, 'p', {}, () => time)
  expect(await forced()).toEqual({ token: 'token 0', expiresAt: null })
  const renewed = await Promise.all([forced({ forceRefresh: true }), forced({ forceRefresh: true })])
  expect(renewed.map(({ token }) => token)).toEqual(['token 1', 'token 1'])
  time = 9_999
  expect((await forced({ forceRefresh: true })).token).toBe('token 1')
  time = 10_000
  expect((await forced({ forceRefresh: true })).token).toBe('token 2')
})

describe.concurrent('events', () => {
  test('tell the state now and after every change, until the program or the broker ends', async () => {
    await withLibrary(async ({ client, daemon }) => {
      const states: BrokerState[] = []
      const leaving = new AbortController()
      const reading = (async () => {
        for await (const state of client.events({ signal: leaving.signal })) states.push(state)
      })()
      const row = () => states.at(-1)?.accounts.find(({ provider }) => provider === 'practice')
      await until('the first state', () => row()?.state.kind === 'active')
      await daemon.cli(['disable', 'practice'])
      await until('the change', () => row()?.disabled === true)
      leaving.abort(new Error('read enough'))
      await expect(reading).rejects.toThrow('read enough')

      let seen = 0
      const rest = (async () => {
        for await (const _state of client.events()) seen += 1
      })()
      await until('the first state', () => seen === 1)
      await Promise.all([daemon.stop(), rest])
    })
  })

  test('have the type of what the broker tells', () => {
    const narrowed = (snapshot: BrokerSnapshot): BrokerState => snapshot
    expect(narrowed).toBeTypeOf('function')
  })
})

describe('where the broker is', () => {
  const environment = (changes: Record<string, string | undefined>) => {
    const before = { ...process.env }
    onTestFinished(() => {
      process.env = before
    })
    process.env = {
      ...before,
      TOKENTRAY_SOCKET: undefined,
      TOKENTRAY_HOME: undefined,
      TOKENTRAY_VAULT_NAME: undefined,
      ...changes,
    }
    for (const [name, value] of Object.entries(process.env)) if (value === undefined) delete process.env[name]
  }
  const place = async (options: Parameters<typeof createClient>[0]) => {
    const error: unknown = await createClient(options)
      .getToken('practice')
      .catch((caught: unknown) => caught)
    return /nothing listens on (.*)\)/.exec((error as Error).message)?.[1]
  }

  test.skipIf(process.platform === 'win32')('is told by the options, then by the environment', async () => {
    environment({ TOKENTRAY_HOME: '/tmp/tt-h', TOKENTRAY_VAULT_NAME: 'work' })
    expect(await place({})).toBe('/tmp/tt-h/vault-work.sock')
    expect(await place({ vault: 'default' })).toBe('/tmp/tt-h/agent.sock')
    expect(await place({ socket: '/tmp/tt-x.sock' })).toBe('/tmp/tt-x.sock')
    expect(await place({ socket: '/tmp/tt-x.sock', vault: 'home' })).toBe('/tmp/tt-x-vault-home.sock')
    environment({ TOKENTRAY_SOCKET: '/tmp/tt-y.sock' })
    expect(await place({})).toBe('/tmp/tt-y.sock')
    environment({ TOKENTRAY_HOME: `/tmp/${'x'.repeat(120)}` })
    await expect(place({})).rejects.toMatchObject({ name: 'TokenTrayError', code: 'socket_unusable' })
  })
})
