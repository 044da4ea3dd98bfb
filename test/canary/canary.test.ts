// P1: no secret name occurs in anything that leaves the broker. One long run, and then a search for every secret that the
// authorization server has seen, in everything that the run has left behind.
import { createDecipheriv, createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { json, type MisbehavingServer, type TokenAnswer, withMisbehavingServer } from '../daemon/authorization-server.ts'
import { paste, startLogin, tokenOf } from '../daemon/practice-login.ts'
import { takeRedirectPorts } from '../daemon/redirect-ports.ts'
import { type Ended, type RunningDaemon, withHome } from '../daemon/running-daemon.ts'
import { type EventReader, readEvents } from '../daemon/socket-request.ts'
import { secretToolSearch, withKeyring } from '../support/keyring.ts'
import { findSecrets } from './find-secrets.ts'

/** Everything that a run leaves behind, by where it was found. */
class Traces {
  readonly places = new Map<string, string>()
  readonly #daemon: RunningDaemon
  #count = 0

  constructor(daemon: RunningDaemon) {
    this.#daemon = daemon
  }

  add(place: string, text: string): void {
    this.#count += 1
    this.places.set(`${this.#count} ${place}`, text)
  }

  /** Runs a command and keeps what it has written. */
  async cli(...args: string[]): Promise<Ended> {
    const ended = await this.#daemon.cli(args)
    this.add(`tokentray ${args.join(' ')}`, ended.stdout + ended.stderr)
    return ended
  }

  /** Asks the socket and keeps the answer. */
  async ask(path: string): Promise<void> {
    const { text, headers } = await this.#daemon.ask(path)
    this.add(path, text + JSON.stringify(headers))
  }

  async status(): Promise<void> {
    for (const args of [['status'], ['status', '--json'], ['history']]) await this.cli(...args)
    for (const path of ['/v1/status', '/v1/health', '/v1/history']) await this.ask(path)
  }

  async files(): Promise<void> {
    const entries = await readdir(this.#daemon.home, { recursive: true, withFileTypes: true })
    for (const entry of entries.filter((each) => each.isFile())) {
      const path = join(entry.parentPath, entry.name)
      this.add(path, await readFile(path, 'latin1'))
    }
  }
}

interface Scene {
  readonly daemon: RunningDaemon
  readonly server: MisbehavingServer
  readonly traces: Traces
}

/** `tokentray login`, with every kind of bad callback before the good one. The address it prints is the one thing not kept. */
async function loginByCommand({ daemon, server, traces }: Scene): Promise<void> {
  const command = daemon.startCli(['login', 'practice', '--no-browser'])
  const redirect = new URL(server.approve(await command.until('stdout', /^(\S+)\n/)))
  const { code = '', state = '' } = Object.fromEntries(redirect.searchParams)
  for (const query of [
    `code=${code}&state=wrong`,
    `code=${code}`,
    `code=${code}&code=${state}&state=${state}`,
    `error=${code}&state=${state}x`,
    `code=${code}&error_description=${code}&error=x&state=${state}`,
  ]) {
    const page = await fetch(`${redirect.origin}/auth/callback?${query}`)
    traces.add(`the page of ${page.url.slice(0, 40)}`, (await page.text()) + JSON.stringify([...page.headers]))
  }
  command.type(`${code}#${code}\n${state}#wrong-state-of-nobody\n`)
  await command.until('stderr', /another sign-in[\s\S]*another sign-in/)
  await traces.status()
  const page = await fetch(redirect)
  traces.add('the last page', (await page.text()) + JSON.stringify([...page.headers]))
  const ended = await command.ended
  expect(ended.code).toBe(0)
  expect(ended.stdout.trim().split('\n')).toHaveLength(1)
  traces.add('tokentray login', ended.stderr)
}

async function loginByPaste({ daemon, server, traces }: Scene): Promise<void> {
  const login = await startLogin(daemon, { provider: 'openai-codex', flow: 'paste' })
  await traces.ask(`/v1/logins/${login.id}`)
  const redirect = server.approve(login.authorization_url)
  for (const pasted of [login.authorization_url, `${redirect}x`, `${redirect}&code=x`, 'nonsense here']) {
    traces.add('a pasted response', (await paste(daemon, login.id, pasted)).text)
  }
  traces.add('a pasted response', (await paste(daemon, login.id, redirect)).text)
  await traces.ask(`/v1/logins/${login.id}`)
}

/** Has the token of the provider refreshed, and keeps what the broker says when it cannot be. */
async function refresh({ daemon, server, traces }: Scene, provider: string, answer?: TokenAnswer): Promise<void> {
  server.answerRefreshes(answer)
  const hash = createHash('sha256')
    .update(await tokenOf(daemon, provider))
    .digest('hex')
  const { status, text } = await daemon.ask(`/v1/token/${provider}?rejected=${hash}`)
  if (status !== 200) traces.add(`a refused token of ${provider}`, text)
  await traces.status()
}

/** A server that repeats in its error what it was sent. */
const repeating =
  (server: MisbehavingServer, error: string): TokenAnswer =>
  (response) =>
    json(response, 400, { error, error_description: `not good: ${JSON.stringify(server.refreshes.at(-1)?.parameters)}` })

async function wholeRun(scene: Scene): Promise<EventReader> {
  const { daemon, server, traces } = scene
  const reader = await readEvents(daemon.socket)
  await traces.status()
  await loginByCommand(scene)
  await loginByPaste(scene)
  for (const provider of ['practice', 'openai-codex']) {
    await refresh(scene, provider)
    await refresh(scene, provider, (response, issue) => json(response, 200, { ...issue(), id_token: 'garbage' }))
  }
  await refresh(scene, 'practice', (response) => void response.writeHead(500).end('<!doctype html>'))
  await refresh(scene, 'openai-codex', repeating(server, 'temporarily_unavailable'))
  await daemon.kill()
  await daemon.start()
  for (const provider of ['practice', 'openai-codex']) await tokenOf(daemon, provider)
  const second = await readEvents(daemon.socket)
  await refresh(scene, 'openai-codex', repeating(server, 'invalid_grant'))
  await traces.files()
  for (const args of [
    ['login', 'nobody'],
    ['logout', 'nobody'],
    ['token', 'practice:nobody'],
    ['logout', 'practice'],
  ]) {
    await traces.cli(...args)
  }
  await second.untilState('practice', 'signed_out')
  traces.add('the events before the kill', reader.text())
  return second
}

test('nothing of a whole run holds a token, a code, a verifier, a state or the data key', async () => {
  const leavePorts = await takeRedirectPorts()
  try {
    await withKeyring((session) =>
      withMisbehavingServer(3600, (server) => {
        const variables = { ...session, TOKENTRAY_VAULT: 'keychain', TOKENTRAY_LOG: 'trace', TOKENTRAY_UPSTREAM: server.origin }
        return withHome(variables, async (daemon) => {
          await daemon.start()
          const traces = new Traces(daemon)
          const reader = await wholeRun({ daemon, server, traces })
          const stored = await openSealedFiles(daemon, session)
          await traces.status()
          await daemon.stop()
          await traces.files()
          traces.add('the events after the kill', reader.text())
          traces.add('the output of the daemon', daemon.said)

          // That the search looks for the right things: what is sealed is found once it is opened, and so is a handed out token.
          const refreshToken = [...server.secrets].filter((secret) => stored.plaintext.includes(secret))
          expect(refreshToken.length).toBeGreaterThanOrEqual(2)
          expect(findSecrets(new Map([['plaintext', stored.plaintext]]), server.secrets)).not.toEqual([])
          expect(server.secrets.size).toBeGreaterThan(20)
          expect(traces.places.size).toBeGreaterThan(60)
          expect([...traces.places.keys()].join('\n')).toMatch(/\.sealed$[\s\S]*accounts\.json/m)
          expect(daemon.said).toContain('refresh deferred')

          expect(findSecrets(traces.places, [...server.secrets, stored.key])).toEqual([])
        })
      }),
    )
  } finally {
    await leavePorts()
  }
}, 180_000)

test('the search finds a secret in every form', () => {
  const secret = 'k7Qm0vXr2_LbT9-sYc4HzWp8NdUeJf6AgRiKo3Et1Mx'
  const hidden: Record<string, string> = {
    plain: `{"access_token":"${secret}"}`,
    cut: `token ${secret.slice(0, 24)}…`,
    end: `token …${secret.slice(-24)}`,
    hex: Buffer.from(`a ${secret}`).toString('hex'),
    url: `?code=${[...Buffer.from(secret)].map((byte) => `%${byte.toString(16)}`).join('')}`,
    ...Object.fromEntries(
      ['', 'x', 'xy', 'xyz'].flatMap((before) => [
        [`base64 behind "${before}"`, Buffer.from(`${before}${secret}, and more`).toString('base64')],
        [`base64url behind "${before}"`, Buffer.from(`${before}${secret}, and more`).toString('base64url')],
      ]),
    ),
  }
  for (const [form, text] of Object.entries(hidden)) {
    expect(findSecrets(new Map([['here', `some text, ${text}, some more`]]), [secret]), form).not.toEqual([])
  }
  expect(findSecrets(new Map([['here', 'some text']]), [secret])).toEqual([])
})

/** Opens the sealed files with the key of the keychain, by the description of the format and not with the code of the vault. */
async function openSealedFiles(daemon: RunningDaemon, session: Parameters<typeof secretToolSearch>[1]) {
  const [item] = await secretToolSearch({ service: 'TokenTray' }, session)
  const key = Buffer.from(item?.secret ?? '', 'base64')
  const folder = join(daemon.home, 'vault', 'grants')
  let plaintext = ''
  for (const name of (await readdir(folder)).filter((each) => each.endsWith('.sealed'))) {
    const sealed = JSON.parse(await readFile(join(folder, name), 'utf8')) as Record<string, string>
    const bytes = (member: string) => Buffer.from(sealed[member] ?? '', 'base64')
    const decipher = createDecipheriv('aes-256-gcm', key, bytes('nonce'))
    decipher.setAAD(Buffer.from(JSON.stringify([sealed.tokentray_sealed, sealed.vault, sealed.account])))
    decipher.setAuthTag(bytes('tag'))
    plaintext += Buffer.concat([decipher.update(bytes('ciphertext')), decipher.final()]).toString('utf8')
  }
  return { plaintext, key: item?.secret ?? '' }
}
