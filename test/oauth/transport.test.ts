import { spawnSync } from 'node:child_process'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import { createTransport } from '../../src/oauth/transport.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function serve(handle: RequestListener): Promise<string> {
  const server = createServer(handle)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`
}

const post = { method: 'POST', headers: {}, body: 'x=1' } as const

test('it sends one request and answers status, headers and body', async () => {
  const url = await serve((request, response) => {
    response.writeHead(201, { 'x-one': '1' }).end(`${request.method} ${request.url}`)
  })
  const answer = await createTransport({})({ url, ...post })
  expect([answer.status, answer.header('x-one'), answer.header('none'), answer.text]).toEqual([
    201,
    '1',
    undefined,
    'POST /token',
  ])
})

test('it follows no redirect', async () => {
  let elsewhere = 0
  const target = await serve((_request, response) => response.end(String(++elsewhere)))
  const url = await serve((_request, response) => response.writeHead(307, { location: target }).end())
  expect((await createTransport({})({ url, ...post })).status).toBe(307)
  expect(elsewhere).toBe(0)
})

test('a server that drips is cut off at the deadline', async () => {
  const url = await serve((_request, response) => {
    response.writeHead(200)
    const drip = setInterval(() => response.write(' '), 20)
    response.on('close', () => clearInterval(drip))
  })
  const transport = createTransport({}, { deadline: 300, maxBody: 1_000_000 })
  await expect(transport({ url, ...post })).rejects.toMatchObject({ reason: { code: 'timeout' } })
})

test('a body that is too large is refused, also without a length', async () => {
  const url = await serve((_request, response) => response.end('x'.repeat(10_000_000)))
  const chunked = await serve((_request, response) => {
    response.write('x')
    response.end('x'.repeat(10_000_000))
  })
  for (const each of [url, chunked]) {
    await expect(createTransport({})({ url: each, ...post })).rejects.toMatchObject({ reason: { code: 'too_large' } })
  }
})

test.each([
  ['gzip', gzipSync],
  ['X-GZIP', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
  ['identity', (text: string) => Buffer.from(text)],
  ['constructor', (text: string) => Buffer.from(text)],
  ['gzip', (text: string) => Buffer.from(text)],
])('a body in %s is read, although nobody asked for a coding', async (coding, encode) => {
  const body = JSON.stringify({ refresh_token: 'ré' })
  const url = await serve((_request, response) => response.writeHead(200, { 'content-encoding': coding }).end(encode(body)))
  expect(await createTransport({})({ url, ...post })).toMatchObject({ status: 200, text: body })
})

test('a small body that is too large when it is decoded is refused', async () => {
  const bomb = gzipSync(Buffer.alloc(50_000_000))
  const url = await serve((_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb))
  await expect(createTransport({})({ url, ...post })).rejects.toMatchObject({ reason: { code: 'too_large' } })
})

test('a server that is not there, or hangs up, is the network', async () => {
  const url = await serve((request) => request.socket.destroy())
  await expect(createTransport({})({ url, ...post })).rejects.toMatchObject({ reason: { code: 'network' } })
  await expect(createTransport({})({ url: 'http://127.0.0.1:9/token', ...post })).rejects.toMatchObject({
    reason: { code: 'network' },
  })
})

/** A key and a certificate that nobody trusts, in PEM; empty where there is no openssl. */
const selfSigned = spawnSync('openssl', [
  ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', '-', '-out', '-', '-subj', '/CN=portal.example'],
]).stdout?.toString()

test.skipIf(!selfSigned?.includes('CERTIFICATE'))('a server that is not the right one gets nothing of the request', async () => {
  let seen = 0
  const server = createSecureServer({ key: selfSigned, cert: selfSigned }, () => (seen += 1))
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/token`
  await expect(createTransport({})({ url, ...post })).rejects.toMatchObject({
    neverLeft: true,
    reason: { code: 'network', description: /certificate.*DEPTH_ZERO_SELF_SIGNED_CERT/, fix: /NODE_EXTRA_CA_CERTS/ },
  })
  expect(seen).toBe(0)
})

test('a server on this computer is never reached through a proxy', async () => {
  process.env.HTTP_PROXY = 'http://127.0.0.1:9'
  try {
    const url = await serve((_request, response) => response.end('direct'))
    expect((await createTransport(process.env)({ url, ...post })).text).toBe('direct')
  } finally {
    delete process.env.HTTP_PROXY
  }
})
