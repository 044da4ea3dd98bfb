import { chmod, chown, lstat, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startLogin } from '../daemon/practice-login.ts'
import {
  type Ended,
  type Environment,
  newHome,
  type RunningDaemon,
  RunningProcess,
  until,
  withDaemon,
  withHome,
} from '../daemon/running-daemon.ts'

const nowhere = { TOKENTRAY_UPSTREAM: 'http://127.0.0.1:9' }

/** Starts a daemon that cannot start, and answers how it ended. */
function refused(home: RunningDaemon, changes: Record<string, string> = {}): Promise<Ended> {
  return home.cli(['daemon'], { ...nowhere, ...changes })
}

function expectRefusal(ended: Ended, says: RegExp): void {
  expect(ended).toMatchObject({ code: 9, stdout: '' })
  expect(ended.stderr).toMatch(says)
  expect(ended.stderr).not.toMatch(/unexpected fault|\bat .*\.js:\d+/)
}

describe.concurrent('the place of the socket', () => {
  test('is for its user alone', async () => {
    await withDaemon(nowhere, async (daemon) => {
      const socket = await stat(daemon.socket)
      expect(socket.isSocket()).toBe(true)
      expect(socket.mode & 0o777).toBe(0o600)
      expect((await stat(daemon.home)).mode & 0o777).toBe(0o700)
      for (const name of await readdir(daemon.home)) expect((await stat(join(daemon.home, name))).mode & 0o077, name).toBe(0)
    })
  })

  test('is made private when it is ours and too open', async () => {
    await withHome(nowhere, async (home) => {
      await chmod(home.home, 0o755)
      await home.start()
      expect((await stat(home.home)).mode & 0o777).toBe(0o700)
    })
  })

  test.for([0o755, 0o1777])('in a home that holds other things is refused, and its mode is left alone: %o', async (mode) => {
    await withHome(nowhere, async (home) => {
      await writeFile(join(home.home, 'letter.txt'), 'a letter')
      await chmod(home.home, mode)
      expectRefusal(await refused(home), /Others may look into [\s\S]*Set TOKENTRAY_HOME[\s\S]*chmod 700/)
      expect((await stat(home.home)).mode & 0o7777).toBe(mode)
      expect(await readdir(home.home)).toEqual(['letter.txt'])
      await chmod(home.home, 0o700)
      await home.start()
    })
  })

  test('may be a folder that does not exist yet, and is private then', async () => {
    await withHome(nowhere, async (home) => {
      await home.start({ TOKENTRAY_SOCKET: join(home.home, 'run', 'deep', 's.sock') })
      for (const folder of ['run', 'run/deep']) expect((await stat(join(home.home, folder))).mode & 0o777).toBe(0o700)
      expect((await home.ask('/v1/health')).json).toMatchObject({ name: 'tokentray', host: 'daemon', home: home.home })
    })
  })

  test('over 100 bytes is refused by broker and commands, before anything is made', async () => {
    await withHome(nowhere, async (home) => {
      const long = join(home.home, 'é'.repeat(50), 'agent.sock')
      for (const args of [['daemon'], ['status'], ['token', 'practice']]) {
        const ended = await home.cli(args, { TOKENTRAY_SOCKET: long })
        expectRefusal(ended, /socket path is \d{3} bytes long; 100 is the limit[\s\S]*shorter path/)
        expectRefusal(await home.cli(args, { TOKENTRAY_HOME: join(home.home, 'x'.repeat(90)) }), /bytes long; 100 is the limit/)
      }
      expect(await readdir(home.home)).toEqual([])
    })
  })

  test('of exactly 100 bytes is taken', async () => {
    await withHome(nowhere, async (home) => {
      const socket = join(home.home, 's'.repeat(100 - home.home.length - 1))
      await home.start({ TOKENTRAY_SOCKET: socket })
      expect((await stat(socket)).isSocket()).toBe(true)
    })
  })

  test.for([0o777, 0o1777, 0o770])('in a folder that others may write in is refused: mode %o', async (mode) => {
    await withHome(nowhere, async (home) => {
      const folder = join(home.home, 'open')
      await mkdir(folder)
      await chmod(folder, mode)
      expectRefusal(await refused(home, { TOKENTRAY_SOCKET: join(folder, 's.sock') }), /Other users may write[\s\S]*chmod 700/)
      expect(await readdir(folder)).toEqual([])
    })
  })

  test('behind a link is refused', async () => {
    await withHome(nowhere, async (home) => {
      await mkdir(join(home.home, 'real'))
      await symlink(join(home.home, 'real'), join(home.home, 'link'))
      expectRefusal(await refused(home, { TOKENTRAY_SOCKET: join(home.home, 'link', 's.sock') }), /not a folder of your own/)
    })
  })

  test('in a home that is a link is refused, and what the link leads to is left alone', async () => {
    await withHome(nowhere, async (home) => {
      await mkdir(join(home.home, 'real'), { mode: 0o755 })
      await symlink(join(home.home, 'real'), join(home.home, 'link'))
      expectRefusal(
        await refused(home, { TOKENTRAY_HOME: join(home.home, 'link') }),
        /link is not a folder of your own[\s\S]*is not a link/,
      )
      expect((await stat(join(home.home, 'real'))).mode & 0o777).toBe(0o755)
      expect(await readdir(join(home.home, 'real'))).toEqual([])
    })
  })

  // Only root can give a folder to somebody else.
  test.skipIf(process.getuid?.() !== 0)(
    'in a folder of another user is refused, be it the home or that of the socket alone',
    async () => {
      await withHome(nowhere, async (home) => {
        const folder = join(home.home, 'theirs')
        await mkdir(folder, { mode: 0o700 })
        await chown(folder, 65_534, 65_534)
        for (const changes of [{ TOKENTRAY_HOME: folder }, { TOKENTRAY_SOCKET: join(folder, 's.sock') }]) {
          expectRefusal(await refused(home, changes), /theirs is not a folder of your own[\s\S]*belongs to you/)
        }
        expect(await readdir(folder)).toEqual([])
      })
    },
  )

  test('is made private again at each start, with all that belongs to it', async () => {
    await withHome(nowhere, async (home) => {
      await home.start({ TOKENTRAY_SOCKET: join(home.home, 'tokentray', 's.sock') })
      await home.stop()
      for (const folder of [home.home, join(home.home, 'tokentray')]) await chmod(folder, 0o777)
      await chmod(join(home.home, 'owner.json'), 0o666)
      await home.start()
      for (const folder of [home.home, join(home.home, 'tokentray')]) expect((await stat(folder)).mode & 0o777).toBe(0o700)
      for (const file of [home.socket, join(home.home, 'owner.json')]) expect((await stat(file)).mode & 0o777, file).toBe(0o600)
    })
  })

  test('that is a file is left alone', async () => {
    await withHome(nowhere, async (home) => {
      await writeFile(home.socket, 'a letter')
      expectRefusal(await refused(home), /exists and is not a socket[\s\S]*Move it away/)
      expect(await readFile(home.socket, 'utf8')).toBe('a letter')
    })
  })

  test('that is a link to a socket is left alone', async () => {
    await withHome(nowhere, async (home) => {
      await symlink('/nowhere/at/all.sock', home.socket)
      expectRefusal(await refused(home), /exists and is not a socket/)
      expect((await lstat(home.socket)).isSymbolicLink()).toBe(true)
    })
  })

  test('where another program listens is left alone', async () => {
    await withHome(nowhere, async (home) => {
      const other = createServer((connection) => connection.on('error', () => {}).end('mine'))
      await new Promise<void>((resolve) => other.listen(home.socket, resolve))
      expectRefusal(await refused(home), /Another program listens on/)
      expect((await stat(home.socket)).isSocket()).toBe(true)
      other.close()
    })
  })

  test('where no socket can be made is named', async () => {
    await withHome(nowhere, async (home) => {
      expectRefusal(await refused(home, { TOKENTRAY_SOCKET: '/proc/tokentray.sock' }), /\/proc/)
      expectRefusal(await refused(home, { TOKENTRAY_HOME: '/dev/null/tokentray' }), /cannot be made/)
      await writeFile(join(home.home, 'file'), '')
      expectRefusal(await refused(home, { TOKENTRAY_HOME: join(home.home, 'file') }), /TOKENTRAY_HOME/)
    })
  })

  test('that a dead broker left is taken over', async () => {
    await withHome(nowhere, async (home) => {
      await home.start()
      await home.kill()
      expect((await lstat(home.socket)).isSocket()).toBe(true)
      await home.start()
      expect((await home.ask('/v1/health')).json).toMatchObject({ pid: home.pid })
    })
  })
})

describe.concurrent('a second daemon', () => {
  test('ends as well where the first one could not leave its name', async () => {
    await withHome(nowhere, async (home) => {
      await mkdir(join(home.home, 'owner.json.tmp'))
      await home.start()
      expectRefusal(await refused(home), /Another TokenTray is running already/)
      expect((await home.ask('/v1/health')).status).toBe(200)
    })
  })

  test('on the same home says who is there, and ends', async () => {
    await withDaemon(nowhere, async (daemon) => {
      const says = new RegExp(`\\(daemon, pid ${daemon.pid}\\) is running already and holds ${daemon.socket}\\.`)
      expectRefusal(await refused(daemon), says)
      expectRefusal(await refused(daemon, { TOKENTRAY_SOCKET: join(daemon.home, 'other.sock') }), says)
      expect((await daemon.ask('/v1/health')).json).toMatchObject({ pid: daemon.pid })
    })
  })

  test('where the socket of the first one was removed says what to do', async () => {
    await withDaemon(nowhere, async (daemon) => {
      const { pid } = daemon
      await rm(daemon.socket)
      expectRefusal(
        await refused(daemon),
        new RegExp(`pid ${pid}\\) is running already, and its socket .* removed[^]*kill ${pid}`),
      )
      await daemon.stop()
      await daemon.start()
      expect((await daemon.ask('/v1/health')).status).toBe(200)
    })
  })

  test('on the same home by another name ends as well', async () => {
    await withDaemon(nowhere, async (daemon) => {
      const own = { TOKENTRAY_SOCKET: join(daemon.home, 'other.sock') }
      for (const name of [
        `${daemon.home}/`,
        `${daemon.home}/../${daemon.home.split('/').at(-1)}`,
        `/tmp/.${daemon.home.slice(4)}`,
      ]) {
        expectRefusal(await refused(daemon, { ...own, TOKENTRAY_HOME: name }), /is running already/)
      }
      await withHome({}, async ({ home }) => {
        await symlink('/tmp', join(home, 'elsewhere'))
        const name = join(home, 'elsewhere', daemon.home.slice('/tmp/'.length))
        expectRefusal(await refused(daemon, { ...own, TOKENTRAY_HOME: name }), /is running already/)
      })
    })
  })

  test('on another home but the same socket says who is there, even after a crash of its own', async () => {
    await withDaemon(nowhere, async (daemon) => {
      await withHome(nowhere, async (other) => {
        await other.start()
        const { pid } = other
        await other.kill()
        const ended = await refused(other, { TOKENTRAY_SOCKET: daemon.socket })
        expectRefusal(ended, new RegExp(`pid ${daemon.pid}\\) is running already and holds ${daemon.socket}`))
        expect(ended.stderr).not.toContain(`pid ${pid})`)
        // What stood in the way is the socket, so that the home is free.
        await other.start()
      })
    })
  })
})

describe.concurrent('the end of a daemon', () => {
  test.for(['SIGTERM', 'SIGINT'] as const)('by %s is an orderly one, even with a login pending', async (signal) => {
    await withDaemon(nowhere, async (daemon) => {
      const { id } = await startLogin(daemon, { provider: 'practice', flow: 'paste' })
      await startLogin(daemon, { provider: 'openai-codex', flow: 'paste' })
      const waiting = daemon.ask(`/v1/logins/${id}?wait=60`)
      // The broker has read the question above when it has answered a later one.
      for (let round = 0; round < 5; round += 1) await daemon.ask('/v1/health')
      const { process } = daemon
      process.signal(signal)
      // Whoever waits for a login hears what became of it.
      expect((await waiting).json).toMatchObject({ status: 'failed', error: { code: 'login_cancelled' } })
      expect(await process.ended).toMatchObject({ code: 0 })
      await expect(lstat(daemon.socket)).rejects.toThrow('ENOENT')
    })
  })

  test('does not come from a reader of its output that goes away', async () => {
    await withDaemon(nowhere, async (daemon) => {
      daemon.process.closeOutput()
      const { id } = await startLogin(daemon, { provider: 'practice', flow: 'paste' })
      await daemon.ask(`/v1/logins/${id}`, { method: 'DELETE' })
      expect((await daemon.ask('/v1/health')).status).toBe(200)
      expect((await daemon.stop()).code).toBe(0)
    })
  })
})

test.concurrent.for([
  ['TOKENTRAY_UPSTREAM', 'https://example.com', /must be an address of this computer/],
  ['TOKENTRAY_UPSTREAM', 'http://127.0.0.1.example.com', /must be an address of this computer/],
  ['TOKENTRAY_UPSTREAM', 'http://127.0.0.1@example.com', /must be an address of this computer/],
  ['TOKENTRAY_UPSTREAM', 'file:///etc/passwd', /must be an address of this computer/],
  ['TOKENTRAY_UPSTREAM', 'nonsense', /must be an address of this computer/],
  ['TOKENTRAY_VAULT', 'plain', /TOKENTRAY_VAULT is "plain"\.\n {2}Set it to keychain or passphrase or memory/],
  ['TOKENTRAY_REFRESH', 'never', /Set it to ahead or ondemand/],
] as const)('a daemon with %s=%s ends and says why', async ([name, value, says]) => {
  await withHome({}, async (home) => {
    const ended = await home.cli(['daemon'], { [name]: value })
    expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(says) })
    expect(await readdir(home.home)).toEqual([])
  })
})

/** Starts them all at once; exactly one is ready, and the others say that it is. Answers the one that lives. */
async function expectOneOwner(envs: readonly Environment[], left: RunningProcess[]): Promise<RunningProcess> {
  const all = envs.map((env) => new RunningProcess(['daemon'], { ...env, ...nowhere }))
  left.push(...all)
  await until('all but one to end', () => all.filter((one) => one.hasEnded).length === all.length - 1, 90_000)
  const owner = all.find((one) => !one.hasEnded) as RunningProcess
  await owner.until('stdout', /ready on/)
  const named = new RegExp(`TokenTray \\(daemon, pid ${owner.pid}\\) is running already and holds `)
  for (const one of all.filter((each) => each !== owner)) expectRefusal(await one.ended, named)
  return owner
}

// Not concurrent with the others, because each takes all the machine has.
describe('of twenty daemons that start at once, exactly one lives, and the others name it', () => {
  test('on one home, and again when that one was killed', async () => {
    await withHome(nowhere, async (home) => {
      const left: RunningProcess[] = []
      const envs = Array.from({ length: 20 }, () => home.env)
      try {
        for (let round = 0; round < 2; round += 1) {
          const owner = await expectOneOwner(envs, left)
          expect((await home.ask('/v1/health')).json).toMatchObject({ pid: owner.pid })
          owner.signal('SIGKILL')
          await owner.ended
        }
      } finally {
        await endAll(left)
      }
    })
  })

  test('on one socket with a home each', async () => {
    const left: RunningProcess[] = []
    await withHome(nowhere, async (first) => {
      const homes = await Promise.all(Array.from({ length: 19 }, () => newHome(nowhere)))
      try {
        const envs = [first, ...homes].map(({ env }) => ({ ...env, TOKENTRAY_SOCKET: first.socket }))
        const owner = await expectOneOwner(envs, left)
        expect((await first.ask('/v1/health')).json).toMatchObject({ pid: owner.pid })
      } finally {
        await endAll(left)
        await Promise.all(homes.map((home) => home.clear()))
      }
    })
  })
}, 200_000)

async function endAll(processes: readonly RunningProcess[]): Promise<void> {
  for (const one of processes) one.signal('SIGKILL')
  await Promise.all(processes.map((one) => one.ended))
}
