// A provider of the person's own: any OpenID server, added with a file of data. The server is a real one.
import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { approveAuthorization, approveDevice, type PracticeServer } from '../../src/practice/index.ts'
import { tokenOf, whoami, withPracticeServer } from './practice-login.ts'
import { type RunningDaemon, withHome } from './running-daemon.ts'

/** What a person writes, and all of it. */
const fileOf = (issuer: string) => `{
  "id": "acme",
  "name": "Acme gateway",
  "issuer": "${issuer}",
  "client_id": "tokentray-practice",
  "flows": ["browser", "device", "paste"],
  "redirect": { "path": "/auth/callback", "ports": [1455, 1457] },
  "base_url": "${issuer}/api",
  "check_url": "${issuer}/api/whoami",
  "account_page": "${issuer}/"
}
`

async function withAcme(body: (daemon: RunningDaemon, server: PracticeServer) => Promise<void>, change = (text: string) => text) {
  await withPracticeServer({ devicePollInterval: 1 }, (server) =>
    withHome({}, async (daemon) => {
      await mkdir(join(daemon.home, 'providers'))
      await writeFile(join(daemon.home, 'providers', 'acme.json'), change(fileOf(server.issuer)))
      await daemon.start()
      await body(daemon, server)
    }),
  )
}

test('a file of less than 20 lines adds a provider: discovered, signed in to, verified, refreshed, checked and revoked', async () => {
  expect(fileOf('x').split('\n').length).toBeLessThan(20)
  await withAcme(async (daemon, server) => {
    const command = daemon.startCli(['login', 'acme', '--no-browser', '--paste'])
    const page = await command.until('stdout', /^(http:\S+)\n/)
    expect(new URL(page).searchParams.get('nonce')).toMatch(/^[\w-]{20,}$/)
    command.type(`${await approveAuthorization(page)}\n`)
    expect((await command.ended).stderr).toMatch(/Signed in: acme-\w+ as robin@/)
    const first = await tokenOf(daemon, 'acme')
    expect((await whoami(server, first)).body).toMatchObject({ sub: 'robin' })
    await daemon.cli(['refresh', 'acme'])
    const rejected = `?rejected=${createHash('sha256').update(first).digest('hex')}`
    const second = await tokenOf(daemon, 'acme', rejected)
    expect(second).not.toBe(first)
    expect((await daemon.cli(['check', 'acme'])).stdout).toBe('acme  ready (validated)\n')
    expect((await daemon.ask('/v1/token/acme')).json).toMatchObject({ base_url: `${server.issuer}/api` })
    expect((await daemon.cli(['logout', 'acme'])).stderr).toMatch(/the provider confirmed the revocation/)
    expect((await whoami(server, second)).status).toBe(401)
  })
})

test('it signs in by device code as well', async () => {
  await withAcme(async (daemon, server) => {
    const command = daemon.startCli(['login', 'acme', '--device'])
    const code = await command.until('stderr', /type the code (\S+):/)
    await approveDevice(await command.until('stdout', /^(http:\S+)\n/), code, { person: 'mika' })
    expect((await command.ended).stderr).toMatch(/Signed in: acme-\w+ as mika@/)
    expect((await whoami(server, await tokenOf(daemon, 'acme'))).body).toMatchObject({ sub: 'mika' })
  })
})

test('a file with a fault costs its own provider: its line is told, and everything else works', async () => {
  await withAcme(
    async (daemon) => {
      const line = 'providers/acme.json:6: "flows.0"'
      expect((await daemon.status()).notices).toMatchObject([
        { code: 'provider_file', description: expect.stringContaining(line) },
      ])
      expect((await daemon.cli(['status'])).stdout).toContain(`notice: ${line}`)
      expect((await daemon.cli(['providers', 'practice'])).stderr).toContain(line)
      expect(await daemon.cli(['login', 'acme'])).toMatchObject({ code: 7 })
    },
    (text) => text.replace('"browser"', '"carrier pigeon"'),
  )
})

test('metadata that belongs to another issuer, or cannot be read, is told and signs nobody in', async () => {
  await withAcme(
    async (daemon) => {
      const ended = await daemon.cli(['login', 'acme', '--paste', '--no-browser'])
      expect(ended).toMatchObject({ code: 8, stdout: '' })
      expect(ended.stderr).toMatch(/belongs to another issuer \(http:\/\/127\.0\.0\.1:\d+\)\.\n {2}Write `issuer` exactly/)
    },
    // The server answers on this name too, and says the other one of itself.
    (text) => text.replace(/"issuer": "(.*)"/, '"issuer": "$1/"'),
  )
  await withAcme(
    async (daemon) => {
      const ended = await daemon.cli(['login', 'acme', '--paste', '--no-browser'])
      expect(ended).toMatchObject({ code: 5, stdout: '' })
      expect(ended.stderr).toMatch(/The metadata of Acme gateway cannot be read: .*\n {2}Look at http/)
    },
    (text) => text.replace(/"issuer": ".*"/, '"issuer": "http://127.0.0.1:9"'),
  )
})
