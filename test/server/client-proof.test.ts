import { execFile, spawn } from 'node:child_process'
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { silentLog } from '../../src/core/index.ts'
import type { PracticeServer } from '../../src/practice/index.ts'
import { startPracticeServer } from '../../src/practice/index.ts'
import { ClientProofs } from '../../src/server/index.ts'
import { signIn } from '../daemon/practice-login.ts'
import { newHome, type RunningDaemon, RunningProcess, until } from '../daemon/running-daemon.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { callerNamed, OpenConnection } from './open-connection.ts'

const linux = process.platform === 'linux'
const node = realpathSync(process.execPath)
const claimed = { proof: 'claimed' }

describe.skipIf(!linux)('with a broker', () => {
  let server: PracticeServer
  let daemon: RunningDaemon
  let connection: OpenConnection
  const folder = () => `${daemon.socket}.proof`
  beforeAll(async () => {
    server = await startPracticeServer({ port: 0 })
    daemon = await newHome({ TOKENTRAY_UPSTREAM: server.issuer })
    await daemon.start()
    await signIn(daemon)
  })
  afterAll(async () => {
    await daemon.clear()
    await server.close()
  })
  beforeEach(() => {
    connection = new OpenConnection(daemon.socket)
  })
  afterEach(() => connection.close())

  /** Begins, opens the file and answers who got the token that was asked for with this answer. */
  async function callerFor(answer: (file: number, path: string) => string) {
    const path = await connection.begin()
    const file = connection.open(path)
    const caller = await connection.token(daemon, answer(file, path))
    await until('the file to be gone', () => !existsSync(path))
    return caller
  }

  test('`tokentray token` is proven: its process, what it runs, and who started it', async () => {
    const command = daemon.startCli(['token', 'practice', '--client', 'Codex'])
    expect((await command.ended).code).toBe(0)
    expect(await callerNamed(daemon, 'codex')).toEqual({
      name: 'codex',
      proof: 'proven',
      pid: command.pid,
      executable: node,
      parent: node,
    })
    await until('an empty folder', () => readdirSync(folder()).length === 0)
  })

  test('the example of PROTOCOL.md is proven', async ({ skip }) => {
    const text = readFileSync(new URL('../../src/protocol/PROTOCOL.md', import.meta.url), 'utf8')
    const [, example = ''] = /```python\n([^`]*\/v1\/proof[^`]*)```/.exec(text) ?? []
    const code = example
      .replace('os.environ["XDG_RUNTIME_DIR"] + "/tokentray/agent.sock"', JSON.stringify(daemon.socket))
      .replace('openai-codex', 'practice')
    const python = spawn('python3', ['-c', `${code}\nconnection.getresponse()`], { stdio: ['ignore', 'ignore', 'inherit'] })
    python.on('error', () => {})
    const { pid } = python
    // A language that is not on this machine proves nothing here.
    if (pid === undefined) return skip()
    expect(await new Promise((resolve) => python.once('exit', resolve))).toBe(0)
    expect(await callerNamed(daemon, 'my-tool')).toMatchObject({
      proof: 'proven',
      pid,
      executable: expect.stringContaining('python3'),
    })
  })

  test('curl is claimed', async () => {
    const args = ['-sS', '--unix-socket', daemon.socket, '-H', 'TokenTray-Client: curl', 'http://localhost/v1/token/practice']
    await promisify(execFile)('curl', args)
    expect(await callerNamed(daemon, 'curl')).toEqual({ name: 'curl', proof: 'claimed' })
  })

  test('a connection stays proven under whatever name, and no other one is', async () => {
    const proven = { proof: 'proven', pid: process.pid, executable: node }
    expect(await callerFor((file) => `${process.pid}/${file}`)).toMatchObject(proven)
    expect(await connection.token(daemon)).toMatchObject(proven)
    expect(await connection.token(daemon)).toMatchObject(proven)
    // A second try that fails takes nothing away, because the first is still true.
    expect(await callerFor(() => '1/1')).toMatchObject(proven)
    const other = new OpenConnection(daemon.socket)
    expect(await other.token(daemon, `${process.pid}/3`)).toMatchObject(claimed)
    other.close()
  })

  test('a connection that is proven anew, as one that was handed on, belongs to the new process', async () => {
    const first = connection.open(await connection.begin())
    expect(await connection.token(daemon, `${process.pid}/${first}`, 'handed-on')).toMatchObject({ pid: process.pid })
    const second = connection.open(await connection.begin())
    const heir = spawn('sleep', ['60'], { stdio: [second, 'ignore', 'ignore'] })
    expect(await connection.token(daemon, `${heir.pid}/0`, 'handed-on')).toMatchObject({ proof: 'proven', pid: heir.pid })
    heir.kill()
  })

  test.for<[name: string, answer: (file: number, path: string) => string]>([
    ['the parent of the process', (file) => `${process.ppid}/${file}`],
    ['the broker', (file) => `${daemon.pid}/${file}`],
    ['the first process', (file) => `1/${file}`],
    ['no process at all', (file) => `4194303/${file}`],
    ['another descriptor', () => `${process.pid}/1`],
    ['a descriptor that is not open', () => `${process.pid}/1048575`],
    ['itself by a name', (file) => `self/${file}`],
    ['a thread by a path', (file) => `${process.pid}/task/${process.pid}/fd/${file}`],
    ['a way out of /proc', (_, path) => `1/../../..${path}`],
    ['the path of the file', (_, path) => path],
    ['a process of a negative number', (file) => `-1/${file}`],
    ['process zero', (file) => `0/${file}`],
    ['a number with a zero in front', (file) => `0${process.pid}/${file}`],
    ['a number beyond all measure', (file) => `${'9'.repeat(300)}/${file}`],
    ['a process without a descriptor', () => `${process.pid}`],
    ['two answers', (file) => `${process.pid}/${file}, ${process.pid}/${file}`],
    ['nothing', () => ''],
    ['rubbish', () => '%00\u00ff/\t1'],
  ])('who names %s is claimed', async ([, answer]) => {
    const caller = await callerFor(answer)
    expect(caller).toEqual({ name: caller?.name, proof: 'claimed' })
  })

  test('one wrong answer uses the proof up', async () => {
    const path = await connection.begin()
    const file = connection.open(path)
    await connection.token(daemon, '1/1')
    expect(await connection.token(daemon, `${process.pid}/${file}`)).toMatchObject(claimed)
  })

  test('the proof of another connection, or an earlier one of the same, proves nothing', async () => {
    const other = new OpenConnection(daemon.socket)
    const theirs = other.open(await other.begin())
    expect(await callerFor(() => `${process.pid}/${theirs}`)).toMatchObject(claimed)
    const earlier = connection.open(await connection.begin())
    expect(await callerFor(() => `${process.pid}/${earlier}`)).toMatchObject(claimed)
    other.close()
  })

  test('a copy, a link and a file that was opened and removed prove nothing; a file opened through a link does', async () => {
    const copy = join(daemon.home, 'copy')
    expect(
      await callerFor((_, path) => {
        writeFileSync(copy, path)
        return `${process.pid}/${connection.open(copy)}`
      }),
    ).toMatchObject(claimed)
    expect(
      await callerFor((file, path) => {
        rmSync(path)
        writeFileSync(path, '')
        return `${process.pid}/${file}`
      }),
    ).toMatchObject(claimed)
    expect(
      await callerFor((_, path) => {
        symlinkSync(path, `${copy}-link`)
        return `${process.pid}/${connection.open(`${copy}-link`)}`
      }),
    ).toMatchObject({ proof: 'proven' })
  })

  test('a process that has ended proves nothing, not even before its parent has noticed', async () => {
    // The shell never waits for its child, so that the child stays in the table of processes.
    const shell = spawn('sh', ['-c', 'sh -c "exit 0" & echo $!; exec sleep 60'])
    const pid = await new Promise<string>((resolve) => shell.stdout.once('data', (text) => resolve(String(text).trim())))
    expect(await callerFor((file) => `${pid}/${file}`)).toMatchObject(claimed)
    shell.kill()
  })

  test.skipIf(process.getuid?.() !== 0)('the process of another user proves nothing, although it has the file', async () => {
    const path = await connection.begin()
    const file = openSync(path, 'r')
    const stranger = spawn('sleep', ['60'], { uid: 65_534, gid: 65_534, stdio: [file, 'ignore', 'ignore'] })
    closeSync(file)
    expect(await connection.token(daemon, `${stranger.pid}/0`)).toMatchObject(claimed)
    stranger.kill()
  })

  test('sixty-four may prove themselves at a time, the next is served all the same, and connections that close make room', async () => {
    const others = Array.from({ length: 64 }, () => new OpenConnection(daemon.socket))
    await Promise.all(others.map((each) => each.begin()))
    expect(readdirSync(folder())).toHaveLength(64)
    expect((await connection.ask('/v1/proof', {}, 'POST')).status).toBe(503)
    // Beginning again takes no further place.
    await others[0]?.begin()
    expect((await daemon.cli(['token', 'practice', '--client', 'late'])).code).toBe(0)
    expect(await callerNamed(daemon, 'late')).toMatchObject(claimed)
    for (const each of others) each.close()
    await until('an empty folder', () => readdirSync(folder()).length === 0)
    expect(await callerFor((file) => `${process.pid}/${file}`)).toMatchObject({ proof: 'proven' })
  })

  test('what a killed broker left is gone after the next start, and nothing is left by a stop', async () => {
    await connection.begin()
    await daemon.kill()
    expect(readdirSync(folder())).toHaveLength(1)
    await daemon.start()
    expect(existsSync(folder())).toBe(false)
    await signIn(daemon)
    await new OpenConnection(daemon.socket).begin()
    await daemon.stop()
    expect(existsSync(folder())).toBe(false)
    await daemon.start()
    await signIn(daemon)
  })

  test('a place that no file can be made in costs nobody a token', async () => {
    rmSync(folder(), { recursive: true, force: true })
    writeFileSync(folder(), '')
    for (let turn = 0; turn < 3; turn += 1) {
      const command = new RunningProcess(['token', 'practice'], daemon.env)
      expect((await command.ended).code).toBe(0)
    }
    expect(await callerNamed(daemon, 'tokentray')).toMatchObject(claimed)
    expect(daemon.said.match(/clients cannot prove themselves/g)).toHaveLength(1)
    rmSync(folder())
    expect(await callerFor((file) => `${process.pid}/${file}`)).toMatchObject({ proof: 'proven' })
  })
})

describe.skipIf(!linux)('a proof', () => {
  let folder: string
  const clock = new ManualClock()
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tt-proof-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  const open = (platform: NodeJS.Platform = 'linux') =>
    new ClientProofs({ socket: join(folder, 's.sock'), clock, log: silentLog, platform })
  const files = () => readdirSync(join(folder, 's.sock.proof'))

  test('that comes after ten seconds is late', async () => {
    const proofs = open()
    const [connection, late] = [new Socket(), new Socket()]
    const [file, lateFile] = [
      openSync((await proofs.begin(connection)).path, 'r'),
      openSync((await proofs.begin(late)).path, 'r'),
    ]
    await clock.advance(9_999)
    proofs.check(connection, `${process.pid}/${file}`)
    await clock.advance(1)
    proofs.check(late, `${process.pid}/${lateFile}`)
    expect([proofs.of(connection)?.pid, proofs.of(late)]).toEqual([process.pid, undefined])
    await until('an empty folder', () => files().length === 0)
    expect(clock.pending).toBe(0)
    for (const each of [file, lateFile]) closeSync(each)
  })

  test('of a client that has gone meanwhile leaves no file', async () => {
    const proofs = open()
    await proofs.begin(new Socket())
    const connection = new Socket()
    const begun = proofs.begin(connection)
    connection.destroy()
    await begun
    await until('one file', () => files().length === 1)
    proofs.close()
    expect(readdirSync(folder)).toEqual([])
    expect(clock.pending).toBe(0)
  })

  test('that a connection begins again and again leaves one file, and no listener', async () => {
    const proofs = open()
    const connection = new Socket()
    await Promise.all(Array.from({ length: 20 }, () => proofs.begin(connection)))
    await until('one file', () => files().length === 1)
    expect(connection.listenerCount('close')).toBe(1)
    proofs.close()
  })

  test('is not to be had on other systems, and nothing is made there', async () => {
    for (const platform of ['darwin', 'win32'] as const) {
      await expect(open(platform).begin(new Socket())).rejects.toMatchObject({ code: 'not_found' })
    }
    expect(readdirSync(folder)).toEqual([])
  })

  test('is not begun in a folder that is a link', async () => {
    symlinkSync(tmpdir(), join(folder, 'other'))
    const proofs = open()
    symlinkSync(folder, join(folder, 's.sock.proof'))
    await expect(proofs.begin(new Socket())).rejects.toMatchObject({ code: 'temporarily_unavailable' })
    proofs.close()
    expect(readdirSync(folder)).toEqual(['other'])
  })
})
