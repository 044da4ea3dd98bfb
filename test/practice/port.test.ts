import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { request } from 'undici'
import { describe, expect, it } from 'vitest'
import { practiceServerAt } from '../../src/practice/index.ts'
import { signIn, whoami } from './client.ts'
import { portOf, practiceServer } from './running.ts'

describe('the port', () => {
  it('may be any free one, for several servers that know nothing of each other', async () => {
    const [one, two] = [await practiceServer(), await practiceServer()]
    expect(one.issuer).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(one.apiUrl).toBe(`${one.issuer}/api`)
    expect(one.issuer).not.toBe(two.issuer)
    const { access_token } = await signIn(one)
    expect((await whoami(one, `Bearer ${access_token}`)).status).toBe(200)
    expect((await whoami(two, `Bearer ${access_token}`)).status).toBe(401)
    expect(two.statistics.tokenRequests.authorization_code.succeeded).toBe(0)
  })

  it('is named when another practice server has it, which can then be used', async () => {
    const first = await practiceServer()
    const port = portOf(first)
    expect(await practiceServerAt(port)).toBe(true)
    await expect(practiceServer({ port })).rejects.toMatchObject({
      code: 'login_failed',
      message: `Port ${port} is taken by another practice server.`,
      fix: 'Use the practice server that runs, or end it first.',
    })
    await signIn(first)
    await first.close()
    expect(await practiceServerAt(port)).toBe(false)
    expect((await practiceServer({ port })).issuer).toBe(first.issuer)
  })

  it('is named when another program has it, even one that speaks HTTP', async () => {
    const discovery = (port: number) => JSON.stringify({ issuer: `http://127.0.0.1:${port}` })
    const alien = createServer((incoming, response) => response.end(discovery(incoming.socket.localPort ?? 0)))
    await once(alien.listen(0, '127.0.0.1'), 'listening')
    const { port } = alien.address() as AddressInfo
    try {
      expect(await practiceServerAt(port)).toBe(false)
      await expect(practiceServer({ port })).rejects.toMatchObject({
        code: 'login_failed',
        message: `Port ${port} is taken by another program.`,
        fix: expect.stringContaining(String(port)),
      })
    } finally {
      alien.close()
    }
  })

  it('is open on the loopback interface only', async () => {
    const port = portOf(await practiceServer())
    const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
    const others = addresses.filter(({ address, family }) => family === 'IPv4' && address !== '127.0.0.1')
    for (const address of ['127.0.0.2', ...others.map((one) => one.address)]) {
      await expect(request(`http://${address}:${port}/`)).rejects.toThrow()
    }
  })

  it('is free again after close, whoever is connected', async () => {
    const server = await practiceServer()
    await (await request(`${server.issuer}/`)).body.dump()
    // One that is in the middle of a request, and would be waited for.
    const dawdler = connect(portOf(server), '127.0.0.1')
    dawdler.on('error', () => undefined)
    const ended = once(dawdler, 'close')
    dawdler.write('GET /.well-known/openid-configuration HTTP/1.1\r\nHost: ')
    await (await request(`${server.issuer}/`)).body.dump()
    await server.close()
    await ended
    await server.close()
    await expect(request(`${server.issuer}/`)).rejects.toThrow()
  })
})
