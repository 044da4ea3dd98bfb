// What keeps tokens from working is planted, and `tokentray doctor` has to name it: the real command and the real daemon.
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { withMisbehavingServer } from './authorization-server.ts'
import { startWithMovingClock } from './moving-clock.ts'
import { signIn } from './practice-login.ts'
import { redirectPortsAreFree, takeRedirectPorts } from './redirect-ports.ts'
import { type Ended, type RunningDaemon, withDaemon, withHome } from './running-daemon.ts'

interface Told {
  readonly topic: string
  readonly verdict: string
  readonly what: string
  readonly fix?: string
}

let leavePorts: () => Promise<void>
beforeAll(async () => {
  leavePorts = await takeRedirectPorts()
}, 180_000)
afterAll(() => leavePorts())

async function doctor(
  daemon: RunningDaemon,
  ...options: string[]
): Promise<{ readonly code: Ended['code']; about(topic: string): Told[] }> {
  const { code, stdout, stderr } = await daemon.cli(['doctor', '--json', ...options])
  expect(stderr).toBe('')
  const told = JSON.parse(stdout) as Told[]
  return { code, about: (topic) => told.filter((each) => each.topic === topic) }
}

const occupy = async (port: number) => {
  const server = createServer().listen(port, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return () => new Promise((resolve) => server.close(resolve))
}

describe('tokentray doctor', () => {
  test('finds nothing wrong where nothing is, and says so in words', async () => {
    await withDaemon({}, async (daemon) => {
      const { code, about } = await doctor(daemon)
      expect(code).toBe(0)
      expect(about('socket')).toEqual([
        expect.objectContaining({ verdict: 'ok', what: `${daemon.socket}, for you alone (0600)` }),
      ])
      expect(about('broker')[0]?.what).toContain(`pid ${daemon.pid}`)
      expect(about('port 1455')).toEqual([expect.objectContaining({ verdict: 'ok' })])
      const { code: textCode, stdout } = await daemon.cli(['doctor'])
      expect(textCode).toBe(0)
      expect(stdout).toContain('No problem was found.')
      // The port was only looked at.
      await redirectPortsAreFree(1_000)
    })
  })

  test('without a broker it says what starts one, and looks at the rest', async () => {
    await withHome({}, async (daemon) => {
      const { code, about } = await doctor(daemon)
      expect(code).toBe(1)
      expect(about('broker')).toEqual([
        expect.objectContaining({ verdict: 'problem', fix: expect.stringContaining('tokentray daemon') }),
      ])
      expect(about('folder')).toEqual([expect.objectContaining({ verdict: 'ok' })])
    })
  })

  test('names who holds the redirect ports', async () => {
    await withDaemon({}, async (daemon) => {
      const free = await occupy(1455)
      try {
        const { code, about } = await doctor(daemon)
        expect(code).toBe(0)
        const [held] = about('port 1455')
        expect(held?.verdict).toBe('advice')
        if (process.platform === 'linux') expect(held?.what).toContain(`(pid ${process.pid})`)
        expect(about('port 1457')[0]?.verdict).toBe('ok')
      } finally {
        await free()
      }
    })
  })

  test.skipIf(process.platform === 'win32')(
    'finds logins that others can read, and a folder and a socket that are open',
    async () => {
      await withDaemon({}, async (daemon) => {
        const file = join(daemon.home, '.codex', 'auth.json')
        const secret = 'rt-never-to-be-read'
        await mkdir(join(daemon.home, '.codex'))
        await writeFile(file, JSON.stringify({ tokens: { refresh_token: secret } }), { mode: 0o600 })
        const closed = await doctor(daemon)
        expect(closed.code).toBe(0)
        expect(closed.about('plain text')).toEqual([
          expect.objectContaining({
            verdict: 'advice',
            what: expect.stringContaining(file),
            fix: expect.stringContaining('`tokentray import codex --move`'),
          }),
        ])
        await chmod(file, 0o644)
        await chmod(daemon.home, 0o755)
        await chmod(daemon.socket, 0o666)
        const open = await doctor(daemon)
        expect(open.code).toBe(1)
        for (const topic of ['plain text', 'folder', 'socket']) {
          expect(open.about(topic), topic).toEqual([
            expect.objectContaining({ verdict: 'problem', fix: expect.stringContaining('chmod') }),
          ])
        }
        expect((await daemon.cli(['doctor'])).stdout).not.toContain(secret)
      })
    },
  )

  test('shows no password of a proxy, and names certificates that are not there', async () => {
    const env = {
      HTTPS_PROXY: 'http://ana:hunter2@proxy.example:3128',
      NODE_EXTRA_CA_CERTS: undefined,
      SSL_CERT_FILE: '/gone/ca.pem',
    }
    await withDaemon(env, async (daemon) => {
      const { stdout, code } = await daemon.cli(['doctor', '--json'], { HTTPS_PROXY: undefined, SSL_CERT_FILE: undefined })
      expect(code).toBe(0)
      expect(stdout).toContain('http://proxy.example:3128 (HTTPS_PROXY)')
      expect(stdout).not.toContain('hunter2')
      expect(stdout).toContain('SSL_CERT_FILE of the broker names /gone/ca.pem, which is not there.')
    })
  })

  test('notices a clock that is wrong, by what a server said or when it is asked', async () => {
    await withMisbehavingServer(3_600, async (server) => {
      await withHome({ TOKENTRAY_UPSTREAM: server.origin, TOKENTRAY_REFRESH: 'ondemand' }, async (daemon) => {
        const clock = await startWithMovingClock(daemon)
        expect((await doctor(daemon)).about('clock')[0]?.what).toContain('Not compared yet')
        await signIn(daemon, { approve: server.approve })
        expect((await doctor(daemon)).about('clock')[0]?.verdict).toBe('ok')
        await clock.advance(7_500)
        const asked = server.paths.length
        expect((await doctor(daemon)).code).toBe(0)
        expect(server.paths.length, 'nothing is asked without --online').toBe(asked)
        const online = await doctor(daemon, '--online')
        expect(online.code).toBe(1)
        expect(online.about('clock')).toEqual([
          expect.objectContaining({ verdict: 'problem', what: expect.stringMatching(/2 h ahead/) }),
        ])
        expect(online.about('reach')).toEqual([expect.objectContaining({ verdict: 'ok' })])
      })
    })
  })
})
