// Which clients may have tokens, as a person meets it: real brokers, real commands, a real authorization server.
import { setMaxListeners } from 'node:events'
import { readdir, readFile, stat } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { approveAuthorization, type PracticeServer } from '../../src/practice/index.ts'
import type { ClientPolicy } from '../../src/protocol/index.ts'
import { findSecrets } from '../canary/find-secrets.ts'
import { ledgerOf } from '../server/open-connection.ts'
import { withKeyring } from '../support/keyring.ts'
import { withMisbehavingServer } from './authorization-server.ts'
import { startWithMovingClock } from './moving-clock.ts'
import { type Approve, signIn, withPracticeServer } from './practice-login.ts'
import { type Environment, type RunningDaemon, until, withDaemon, withHome } from './running-daemon.ts'
import { type Answer, readEvents } from './socket-request.ts'

const path = '/v1/token/practice'
const approvalsOf = async (daemon: RunningDaemon) => (await daemon.status()).approvals
const policyOf = async (daemon: RunningDaemon) => (await daemon.ask('/v1/policy')).json as unknown as ClientPolicy
const askAs = (daemon: RunningDaemon, client: string, signal?: AbortSignal): Promise<Answer> =>
  daemon.ask(path, { headers: { 'tokentray-client': client }, ...(signal === undefined ? {} : { signal }) })

/** The commands that a person gives; each must succeed. */
async function say(daemon: RunningDaemon, ...commands: string[]): Promise<void> {
  for (const command of commands) {
    const ended = await daemon.cli(command.split(' '))
    expect(ended.code, `${command}: ${ended.stderr}`).toBe(0)
  }
}

/** A broker with a login that asks before a new client gets a token. */
function withAskingBroker<T>(
  body: (daemon: RunningDaemon, server: PracticeServer) => Promise<T>,
  env: Environment = {},
): Promise<T> {
  return withPracticeServer({}, (server) =>
    withDaemon({ TOKENTRAY_UPSTREAM: server.issuer, ...env }, async (daemon) => {
      await signIn(daemon)
      await say(daemon, 'clients ask on')
      return body(daemon, server)
    }),
  )
}

const waitingFor = (daemon: RunningDaemon, count: number) =>
  until(`${count} clients that wait`, async () => (await approvalsOf(daemon)).length === count)

describe.concurrent('a new client', () => {
  test('waits, says so, is seen by everybody, and gets the token that it was allowed once', async () => {
    await withAskingBroker(async (daemon) => {
      const reader = await readEvents(daemon.socket)
      const command = daemon.startCli(['token', 'practice'], { TOKENTRAY_CLIENT: 'Codex' })
      await command.until('stderr', /"Codex" waits for your permission[\s\S]*`tokentray approve Codex`/)
      expect(command.said.stdout).toBe('')
      const [approval] = await approvalsOf(daemon)
      expect(approval).toMatchObject({ caller: { name: 'codex', proof: 'proven', pid: command.pid }, provider: 'practice' })
      await reader.until(({ data }) => JSON.stringify(data).includes(`"approvals":[{"id":"${approval?.id}"`))
      expect((await daemon.cli(['status'])).stdout).toContain('waiting for your permission: codex')
      const approved = await daemon.cli(['approve', 'codex', '--once'])
      expect(approved).toMatchObject({ code: 0, stderr: expect.stringContaining('Allowed once: codex') })
      expect(await command.ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\S+\n$/) })
      await reader.until(({ data }) => JSON.stringify(data).includes('"approvals":[]'))
      const again = askAs(daemon, 'codex')
      await waitingFor(daemon, 1)
      await say(daemon, 'approve codex --deny')
      expect(await again).toMatchObject({ status: 403, json: { error: 'client_denied' } })
      expect((await ledgerOf(daemon)).map(({ caller, outcome }) => [caller.proof, outcome])).toEqual([
        ['proven', 'handed_out'],
        ['claimed', 'denied'],
      ])
    })
  })

  test('that nobody answers is refused after half a minute, with words for a person', async () => {
    await withAskingBroker(async (daemon) => {
      const ended = await daemon.cli(['token', 'practice', '--client', 'codex'], {}, 45_000)
      expect(ended).toMatchObject({ code: 10, stdout: '' })
      expect(ended.stderr).toMatch(/Nobody answered in time[\s\S]*`tokentray clients allow codex`/)
      expect(await ledgerOf(daemon)).toMatchObject([{ outcome: 'unanswered', caller: { name: 'codex' } }])
    })
  })

  test('that asks many times at once is one question, and allowed from now on', async () => {
    await withAskingBroker(async (daemon) => {
      const answers = Array.from({ length: 20 }, () => askAs(daemon, 'codex'))
      await waitingFor(daemon, 1)
      await say(daemon, 'approve codex --always')
      for (const { status } of await Promise.all(answers)) expect(status).toBe(200)
      expect((await askAs(daemon, 'CODEX')).status).toBe(200)
      expect((await policyOf(daemon)).rules).toMatchObject([{ client: 'codex', decision: 'allow' }])
      // The memory vault writes nothing, and this is no exception.
      expect((await readdir(daemon.home)).filter((name) => /ledger|clients/.test(name))).toEqual([])
    })
  })

  test('that hangs up withdraws its question, and takes nobody along', async () => {
    await withAskingBroker(async (daemon) => {
      const leaving = Array.from({ length: 10 }, () => new AbortController())
      const gone = leaving.map(({ signal }) => askAs(daemon, 'codex', signal).catch(() => 'gone'))
      const alone = new AbortController()
      const other = askAs(daemon, 'claude', alone.signal).catch(() => 'gone')
      const staying = askAs(daemon, 'codex')
      await waitingFor(daemon, 2)
      for (const each of [...leaving, alone]) each.abort()
      expect(await Promise.all([...gone, other])).toEqual(Array.from({ length: 11 }, () => 'gone'))
      await waitingFor(daemon, 1)
      await say(daemon, 'approve codex --once')
      expect((await staying).status).toBe(200)
      const killed = daemon.startCli(['token', 'practice'])
      await waitingFor(daemon, 1)
      killed.signal('SIGKILL')
      await waitingFor(daemon, 0)
    })
  })

  test('is refused at once when 32 wait already; those who may, are served as ever', async () => {
    await withAskingBroker(async (daemon) => {
      await say(daemon, 'clients allow known')
      const leave = new AbortController()
      setMaxListeners(40, leave.signal)
      const answers: Answer[] = []
      for (let number = 0; number < 40; number += 1) {
        void askAs(daemon, `client-${number}`, leave.signal).then(
          (answer) => answers.push(answer),
          () => {},
        )
      }
      await until('eight refusals', () => answers.length === 8)
      for (const answer of answers) {
        expect(answer).toMatchObject({ status: 403, json: { error: 'approval_required', retry_after: expect.any(Number) } })
        expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
      }
      expect(await approvalsOf(daemon)).toHaveLength(32)
      for (let turn = 0; turn < 50; turn += 1) expect((await askAs(daemon, 'known')).status).toBe(200)
      leave.abort()
      await waitingFor(daemon, 0)
      expect(answers).toHaveLength(8)
    })
  })

  test('does not hold up a stop, and is told why it gets nothing', async () => {
    await withAskingBroker(async (daemon) => {
      const answer = askAs(daemon, 'codex')
      await waitingFor(daemon, 1)
      const ended = daemon.stop()
      expect(await answer).toMatchObject({ status: 403, json: { error: 'approval_required' } })
      expect((await ended).code).toBe(0)
    })
  })
})

describe.concurrent('a permission', () => {
  test('may be limited to some accounts', async () => {
    await withAskingBroker(async (daemon) => {
      const mika: Approve = (url) => approveAuthorization(url, { person: 'mika' })
      const work = await signIn(daemon, { label: 'work', approve: mika })
      await say(daemon, 'clients allow ci --accounts practice:work')
      const token = (selector: string) => daemon.cli(['token', selector, '--client', 'ci'])
      expect((await token('practice:work')).code).toBe(0)
      const refused = await token('practice')
      expect(refused).toMatchObject({ code: 10, stdout: '' })
      const other = (await daemon.status()).accounts.find(
        ({ provider, label }) => provider === 'practice' && label === undefined,
      )?.id
      expect(refused.stderr).toContain(`"ci" may not have tokens of ${other}`)
      expect(refused.stderr).toContain(`tokentray clients allow ci --accounts ${work},${other}`)
    })
  })

  test('may be limited to some time, and is over then', async () => {
    await withPracticeServer({}, (server) =>
      withHome({ TOKENTRAY_UPSTREAM: server.issuer, TOKENTRAY_REFRESH: 'ondemand' }, async (daemon) => {
        const clock = await startWithMovingClock(daemon)
        await signIn(daemon)
        await say(daemon, 'clients allow ci --until 20m')
        expect((await askAs(daemon, 'ci')).status).toBe(200)
        await clock.advance(20 * 60)
        expect(await askAs(daemon, 'ci')).toMatchObject({ status: 403, json: { error: 'client_denied' } })
        expect((await askAs(daemon, 'other')).status).toBe(200)
        await say(daemon, 'clients ask on')
        const waiting = askAs(daemon, 'ci')
        await waitingFor(daemon, 1)
        await say(daemon, 'approve ci --always')
        expect((await waiting).status).toBe(200)
      }),
    )
  })
})

describe('with a keychain', () => {
  test('what was decided and who got a token outlive a crash, and no secret is written down', async () => {
    await withKeyring((session) =>
      withMisbehavingServer(3600, (server) => {
        const env = { ...session, TOKENTRAY_VAULT: 'keychain', TOKENTRAY_UPSTREAM: server.origin }
        return withDaemon(env, async (daemon) => {
          await signIn(daemon, { approve: server.approve })
          await say(daemon, 'clients ask on')
          const always = askAs(daemon, 'codex')
          await waitingFor(daemon, 1)
          await say(daemon, 'approve --always')
          const token = String((await always).json?.access_token)
          await daemon.kill()
          await daemon.start()
          expect((await askAs(daemon, 'codex')).status).toBe(200)
          const denied = askAs(daemon, 'claude')
          await waitingFor(daemon, 1)
          await say(daemon, 'approve --deny')
          expect((await denied).status).toBe(403)
          await daemon.kill()
          await daemon.start()
          await say(daemon, 'clients ask off')
          expect(await askAs(daemon, 'claude')).toMatchObject({ status: 403, json: { error: 'client_denied' } })
          await daemon.kill()
          await daemon.start()
          expect((await policyOf(daemon)).ask).toBe(false)
          expect((await ledgerOf(daemon)).map(({ caller, outcome }) => `${caller.name} ${outcome}`)).toEqual([
            'codex handed_out',
            'codex handed_out',
            'claude denied',
            'claude denied',
          ])
          const places = new Map<string, string>()
          for (const name of ['ledger/ledger.jsonl', 'clients.json', 'clients.json.copy']) {
            places.set(name, await readFile(join(daemon.home, name), 'utf8'))
            expect((await stat(join(daemon.home, name))).mode & 0o777).toBe(0o600)
          }
          expect([...server.secrets]).toContain(token)
          expect(findSecrets(places, server.secrets)).toEqual([])
        })
      }),
    )
  })

  test('twenty thousand tokens are all counted', async () => {
    await withKeyring((session) =>
      withPracticeServer({}, (server) =>
        withDaemon({ ...session, TOKENTRAY_VAULT: 'keychain', TOKENTRAY_UPSTREAM: server.issuer }, async (daemon) => {
          await signIn(daemon)
          await Promise.all(Array.from({ length: 20 }, (_, number) => askManyTimes(daemon.socket, `client-${number % 4}`, 1_000)))
          const entries = await ledgerOf(daemon, '?limit=1000')
          expect(entries.reduce((sum, { count }) => sum + count, 0)).toBe(20_000)
          expect(new Set(entries.map(({ caller }) => caller.name)).size).toBe(4)
          await daemon.stop()
          const lines = (await readFile(join(daemon.home, 'ledger', 'ledger.jsonl'), 'utf8')).trim().split('\n')
          expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(entries)
        }),
      ),
    )
  }, 120_000)
})

/** One connection, one request after the other. */
async function askManyTimes(socketPath: string, client: string, times: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const headers = { host: 'localhost', 'tokentray-client': client, accept: 'text/plain' }
  for (let turn = 0; turn < times; turn += 1) {
    await new Promise<void>((resolve, reject) => {
      request({ socketPath, path, agent, headers }, (response) => {
        response.resume().on('end', () => (response.statusCode === 200 ? resolve() : reject(new Error(`${response.statusCode}`))))
      })
        .on('error', reject)
        .end()
    })
  }
  agent.destroy()
}
