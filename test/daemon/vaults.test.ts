// Several vaults of one broker, as a person and a program meet them: real processes, sealed files, a real authorization server.
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { approveAuthorization, type PracticeServer } from '../../src/practice/index.ts'
import type { VaultsResponse } from '../../src/protocol/index.ts'
import { type Answering, signIn, tokenOf, whoami, withPracticeServer } from './practice-login.ts'
import { type Environment, type RunningDaemon, RunningProcess, until, withHome } from './running-daemon.ts'
import { ask } from './socket-request.ts'

const socketOf = (daemon: RunningDaemon, name: string) => join(daemon.home, `vault-${name}.sock`)
const folderOf = (daemon: RunningDaemon, name: string) => join(daemon.home, 'vaults', name)

/** One vault over its socket. */
const vault = (daemon: RunningDaemon, name: string): Answering => ({
  ask: (path, question) => ask(socketOf(daemon, name), path, question),
})

const listOf = async (daemon: RunningDaemon) => ((await daemon.ask('/v1/vaults')).json as unknown as VaultsResponse).vaults

/** Each vault of the home has the passphrase of its own file. Nothing is started. */
function withSealedHome(
  body: (daemon: RunningDaemon, server: PracticeServer) => Promise<void>,
  env: Environment = {},
): Promise<void> {
  return withPracticeServer({}, (server) =>
    withHome({ TOKENTRAY_UPSTREAM: server.issuer, TOKENTRAY_VAULT: 'passphrase', ...env }, async (daemon) => {
      const file = join(daemon.home, 'passphrase')
      await writeFile(file, 'correct horse battery staple', { mode: 0o600 })
      await writeFile(`${file}-work`, 'another horse entirely', { mode: 0o600 })
      daemon.env = { ...daemon.env, TOKENTRAY_PASSPHRASE_FILE: file }
      await body(daemon, server)
    }),
  )
}

/** The commands that a person gives; each must succeed. */
async function say(daemon: RunningDaemon, ...commands: string[]): Promise<void> {
  for (const command of commands) {
    const ended = await daemon.cli(command.split(' '))
    expect(ended.code, `${command}: ${ended.stderr}`).toBe(0)
  }
}

const untilReady = (daemon: RunningDaemon, name: string) =>
  until(`the vault ${name}`, async () => (await listOf(daemon)).find((each) => each.name === name)?.vault?.state.kind === 'ready')

describe.concurrent('two vaults', () => {
  test('hold different accounts under one selector, hand out different tokens, and are both back after a kill', async () => {
    await withSealedHome(async (daemon, server) => {
      await daemon.start()
      await say(daemon, 'vault create work')
      const work = vault(daemon, 'work')
      const people = ['robin', 'mika'].map((person) => (url: string) => approveAuthorization(url, { person }))
      await signIn(daemon, { label: 'mine', approve: people[0]! })
      await signIn(work, { label: 'mine', approve: people[1]! })
      const tokens = [await tokenOf(daemon, 'practice:mine'), await tokenOf(work, 'practice:mine')]
      const subjects = await Promise.all(tokens.map(async (token) => (await whoami(server, token)).body.sub))
      expect(new Set(subjects).size).toBe(2)

      const cli = async (args: string, env: Environment = {}) => (await daemon.cli(args.split(' '), env)).stdout.trim()
      const check = async () => {
        expect(await cli('token practice:mine')).toBe(tokens[0])
        for (const args of [
          '--vault work token practice:mine',
          '--vault=work token practice:mine',
          'token practice:mine --vault work',
          'token --vault=work practice --account mine',
        ]) {
          expect(await cli(args), args).toBe(tokens[1])
        }
        expect(await cli('token practice', { TOKENTRAY_VAULT_NAME: 'work' })).toBe(tokens[1])
        expect(await cli('token practice --vault default', { TOKENTRAY_VAULT_NAME: 'work' })).toBe(tokens[0])
        for (const args of ['--vault work status', 'status --vault work']) expect(await cli(args), args).toContain('mine')
      }
      await check()
      await daemon.kill()
      await daemon.start()
      await check()
      expect(await listOf(daemon)).toEqual([
        { name: 'default', socket: daemon.socket, accounts: 1, vault: { store: 'passphrase', state: { kind: 'ready' } } },
        {
          name: 'work',
          socket: socketOf(daemon, 'work'),
          accounts: 1,
          vault: { store: 'passphrase', state: { kind: 'ready' } },
        },
      ])
      expect(server.statistics.tokenRequests.refresh_token.succeeded).toBe(0)
    })
  })

  test('have keys, files and sockets of their own, which nobody else may read', async () => {
    await withSealedHome(async (daemon) => {
      await daemon.start()
      await say(daemon, 'vault create work')
      await untilReady(daemon, 'work')
      await signIn(vault(daemon, 'work'))
      const keys = await Promise.all(
        [daemon.home, folderOf(daemon, 'work')].map((home) => readFile(join(home, 'vault', 'key.json'), 'utf8')),
      )
      expect(new Set(keys.map((text) => JSON.parse(text).vault)).size).toBe(2)
      expect(await readdir(join(daemon.home, 'vault', 'grants'))).toEqual([])
      expect((await stat(folderOf(daemon, 'work'))).mode & 0o777).toBe(0o700)
      expect((await stat(socketOf(daemon, 'work'))).mode & 0o777).toBe(0o600)
      expect((await vault(daemon, 'work').ask('/v1/health')).json).toMatchObject({
        vault: 'work',
        home: folderOf(daemon, 'work'),
        pid: daemon.pid,
      })
      expect((await daemon.stop()).code).toBe(0)
      expect((await readdir(daemon.home)).filter((name) => name.includes('sock'))).toEqual([])
    })
  })

  test('decide about clients each for itself, and keep a ledger each', async () => {
    await withSealedHome(async (daemon) => {
      await daemon.start()
      await say(daemon, 'vault create work')
      const work = vault(daemon, 'work')
      await signIn(daemon)
      await signIn(work)
      await say(daemon, 'clients deny codex', '--vault work clients ask on', 'clients allow other --vault work')
      const as = (where: Answering, client: string) =>
        where.ask('/v1/token/practice', { headers: { 'tokentray-client': client } }).then(({ status }) => status)
      expect(await as(daemon, 'codex')).toBe(403)
      expect(await as(daemon, 'other')).toBe(200)
      expect(await as(work, 'other')).toBe(200)
      const waiting = daemon.startCli(['--vault', 'work', 'token', 'practice', '--client', 'codex'])
      await waiting.until('stderr', /Run `tokentray --vault work approve codex`/)
      expect((await daemon.status()).approvals).toEqual([])
      await say(daemon, '--vault work approve codex --once')
      expect(await waiting.ended).toMatchObject({ code: 0 })
      const lines = async (where: Answering) => {
        const { entries } = (await where.ask('/v1/ledger')).json as unknown as { entries: { caller: { name: string } }[] }
        return entries.map(({ caller }) => caller.name)
      }
      await until('the ledgers', async () => (await lines(work)).length === 2 && (await lines(daemon)).length === 2)
      expect(await lines(daemon)).toEqual(['codex', 'other'])
      expect(await lines(work)).toEqual(['other', 'codex'])
    })
  })

  test('are locked and opened one by one, and the advice names the vault', async () => {
    await withSealedHome(async (daemon) => {
      await daemon.start()
      await say(daemon, 'vault create work')
      const work = vault(daemon, 'work')
      await signIn(daemon)
      await signIn(work)
      expect((await daemon.cli(['--vault', 'work', 'lock'])).stderr).toContain('`tokentray --vault work unlock`')
      expect(await daemon.cli(['token', 'practice', '--vault', 'work'])).toMatchObject({
        code: 6,
        stderr: expect.stringMatching(/Run `tokentray --vault work unlock`\.$/m),
      })
      await tokenOf(daemon)
      await say(daemon, 'lock')
      const unlocking = daemon.startCli(['unlock', '--stdin', '--vault', 'work'])
      unlocking.type('another horse entirely\n')
      unlocking.hangUp()
      expect(await unlocking.ended).toMatchObject({ code: 0 })
      await tokenOf(work)
      expect((await daemon.ask('/v1/token/practice')).status).toBe(503)
    })
  })
})

describe.concurrent('a vault that is damaged', () => {
  test('leaves the default one and the others working, and says what is wrong with it', async () => {
    await withSealedHome(async (daemon) => {
      await daemon.start()
      await say(daemon, 'vault create work', 'vault create home')
      await untilReady(daemon, 'work')
      await signIn(daemon)
      await signIn(vault(daemon, 'work'))
      const token = await tokenOf(daemon)
      await daemon.kill()
      const work = folderOf(daemon, 'work')
      for (const name of ['vault/key.json', 'vault/key.json.previous', 'accounts.json', 'clients.json']) {
        await writeFile(join(work, name), '{ no json')
      }
      await writeFile(join(daemon.home, 'vaults', 'a-file'), 'no folder')
      await mkdir(join(daemon.home, 'vaults', 'Capital'))
      await daemon.start()
      expect(await tokenOf(daemon)).toBe(token)
      const list = await until('the damage', async () => {
        const found = await listOf(daemon)
        return found[2]?.vault?.state.kind === 'broken' && found
      })
      expect(list.map(({ name }) => name)).toEqual(['default', 'home', 'work'])
      expect(await daemon.cli(['login', 'practice', '--paste', '--vault', 'work'])).toMatchObject({ code: 6, stdout: '' })
      // The index is lost and the login is not, so that nobody deletes it by mistake.
      expect(await daemon.cli(['vault', 'remove', 'work'])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('1 account'),
      })
      expect(existsSync(join(work, 'vault', 'grants'))).toBe(true)
    })
  })

  test('because its socket cannot be made is named in the list, and costs no other', async () => {
    await withSealedHome(async (daemon) => {
      const name = 'a'.repeat(32)
      await daemon.start()
      await say(daemon, `vault create ${name}`, 'vault create work')
      await daemon.stop()
      const folder = join(daemon.home, 'x'.repeat(100 - daemon.home.length - '/.sock/s-vault-work'.length - 10))
      await daemon.start({ TOKENTRAY_SOCKET: join(folder, 's.sock') })
      await untilReady(daemon, 'work')
      const list = await daemon.cli(['vault', 'list'])
      expect(list.stdout).toMatch(/^work +open, 0 accounts, .*\/s-vault-work\.sock$/m)
      expect(list.stdout).toMatch(/^a{32} +not served: The socket path of the vault .* is \d+ bytes long; 100 is the limit/m)
      expect((await daemon.cli(['status', '--vault', name])).stderr).toContain('100 is the limit')
      const other = 'b'.repeat(32)
      expect(await daemon.cli(['vault', 'create', other])).toMatchObject({ code: 9 })
      expect(existsSync(folderOf(daemon, other))).toBe(false)
      expect(await daemon.cli(['vault', 'remove', name, '--sign-out'])).toMatchObject({ code: 2 })
    })
  })

  test('by a broker of its own cannot be: the owner of the home has it', async () => {
    await withSealedHome(async (daemon) => {
      await daemon.start()
      await say(daemon, 'vault create work')
      const second = new RunningProcess(['daemon'], { ...daemon.env, TOKENTRAY_HOME: folderOf(daemon, 'work') })
      expect(await second.ended).toMatchObject({ code: 9, stderr: expect.stringContaining(`pid ${daemon.pid}`) })
    })
  })
})

describe.concurrent('removing a vault', () => {
  test('is refused while somebody is signed in, signs out when told to, and leaves nothing', async () => {
    await withSealedHome(async (daemon, server) => {
      await daemon.start()
      await say(daemon, 'vault create work')
      await signIn(daemon)
      const work = vault(daemon, 'work')
      const id = await signIn(work)
      const [kept, token] = [await tokenOf(daemon), await tokenOf(work)]
      expect(await daemon.cli(['vault', 'remove', 'work'])).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/1 account is signed in[\s\S]*`tokentray vault remove work --sign-out`/),
      })
      expect(await tokenOf(work)).toBe(token)
      const removed = await daemon.cli(['vault', 'remove', 'work', '--sign-out'])
      expect(removed).toMatchObject({ code: 0, stderr: expect.stringContaining(`Signed out: ${id} (the provider confirmed`) })
      expect(server.statistics.revocations).toBe(1)
      expect(await readdir(join(daemon.home, 'vaults'))).toEqual([])
      expect(existsSync(socketOf(daemon, 'work'))).toBe(false)
      // What tools run says it in one line.
      for (const [args, between] of [
        [['token', 'practice', '--vault', 'work'], ' '],
        [['--vault', 'work', 'status'], '\n  '],
      ] as const) {
        expect(await daemon.cli(args)).toEqual({
          code: 7,
          stdout: '',
          stderr: `tokentray: There is no vault "work".${between}Create it with \`tokentray vault create work\`.\n`,
        })
      }
      expect(await tokenOf(daemon)).toBe(kept)

      await say(daemon, 'vault create work')
      expect((await work.ask('/v1/token/practice')).json).toMatchObject({ error: 'login_required' })
      expect((await daemon.cli(['vault', 'remove', 'work'])).stderr).toBe('Removed: work\n')
      expect((await daemon.cli(['vault', 'remove', 'work'])).code).toBe(7)
    })
  })

  test('that was cut off is ended by the next start', async () => {
    await withSealedHome(async (daemon) => {
      await mkdir(join(daemon.home, 'vaults', '.removed-0123', 'vault'), { recursive: true, mode: 0o700 })
      await daemon.start()
      expect(await readdir(join(daemon.home, 'vaults'))).toEqual([])
    })
  })
})

describe('the vaults as a whole', () => {
  test('take no name that could be a path or a second spelling, over the socket and in a command', async () => {
    await withHome({}, async (daemon) => {
      await daemon.start()
      for (const name of ['../x', '..', '', 'Work', 'a b', '-a', 'a/b', 'a'.repeat(40), 'wörk', 'a\n', '.removed-1']) {
        const created = await daemon.ask('/v1/vaults', { method: 'POST', body: { name } })
        expect(created, name).toMatchObject({ status: 400, json: { error: 'invalid_request' } })
        const removed = await daemon.ask(`/v1/vaults/${encodeURIComponent(name)}`, { method: 'DELETE' })
        expect([400, 404], name).toContain(removed.status)
      }
      for (const name of ['../x', 'Work', 'a'.repeat(40)]) {
        for (const args of [
          ['vault', 'create', name],
          ['--vault', name, 'status'],
          ['token', 'practice', '--vault', name],
        ]) {
          expect(await daemon.cli(args), args.join(' ')).toMatchObject({
            code: 2,
            stdout: '',
            stderr: expect.stringMatching(/cannot be the name of a vault\.\s+A name of a vault has 1 to 32 small letters/),
          })
        }
      }
      expect(existsSync(join(daemon.home, 'vaults'))).toBe(false)
    })
  })

  test('are made and removed on the socket of the default one only, which itself stays', async () => {
    await withHome({}, async (daemon) => {
      await daemon.start()
      await say(daemon, 'vault create work')
      const work = vault(daemon, 'work')
      expect((await work.ask('/v1/vaults')).status).toBe(404)
      expect((await work.ask('/v1/vaults', { method: 'POST', body: { name: 'other' } })).status).toBe(404)
      expect((await work.ask('/v1/vaults/work', { method: 'DELETE' })).status).toBe(404)
      expect((await daemon.ask('/v1/vaults/default', { method: 'DELETE' })).status).toBe(400)
      for (const name of ['work', 'default']) expect((await daemon.cli(['vault', 'create', name])).code).toBe(2)
      for (const command of ['daemon', 'vault list', 'vault create x', 'vault remove work']) {
        for (const args of [`--vault work ${command}`, `${command} --vault=work`]) {
          expect(await daemon.cli(args.split(' ')), args).toMatchObject({
            code: 2,
            stderr: expect.stringContaining('takes no --vault'),
          })
        }
      }
      expect((await daemon.cli(['vault', 'list'], { TOKENTRAY_VAULT_NAME: 'work' })).stdout).toMatch(/^default .*\nwork /)
    })
  })

  test('are no more than thirty-two besides the default one, and two requests at once make one', async () => {
    await withHome({}, async (daemon) => {
      await daemon.start()
      const create = (name: string) => daemon.ask('/v1/vaults', { method: 'POST', body: { name } })
      const twice = await Promise.all([create('v0'), create('v0')])
      expect(twice.map(({ status }) => status).sort()).toEqual([200, 400])
      for (let number = 1; number < 32; number += 1) expect((await create(`v${number}`)).status).toBe(200)
      expect((await create('v32')).json).toMatchObject({ error: 'invalid_request' })
      expect(await listOf(daemon)).toHaveLength(33)
      expect((await daemon.stop()).code).toBe(0)
    })
  })

  test('in memory vanish with the process, and leave those of the disk alone', async () => {
    await withSealedHome(async (daemon) => {
      await daemon.start()
      await say(daemon, 'vault create work')
      await daemon.stop()
      const before = await readdir(folderOf(daemon, 'work'), { recursive: true })
      await daemon.start({ TOKENTRAY_VAULT: 'memory' })
      expect(await listOf(daemon)).toHaveLength(1)
      expect(await daemon.cli(['--vault', 'work', 'status'])).toMatchObject({
        code: 3,
        stderr: expect.stringMatching(/does not serve the vault "work"[\s\S]*`tokentray vault list`/),
      })
      await say(daemon, 'vault create work', 'vault create other')
      await signIn(vault(daemon, 'other'))
      await tokenOf(vault(daemon, 'other'))
      await say(daemon, 'vault remove work')
      await daemon.kill()
      expect(await readdir(folderOf(daemon, 'work'), { recursive: true })).toEqual(before)
      await daemon.start()
      expect(await listOf(daemon)).toHaveLength(1)
      expect((await daemon.cli(['token', 'practice', '--vault', 'other'])).code).toBe(7)
    })
  })
})
