// The Python module, run by the Python of this machine.
import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { socketPath } from '../../src/protocol/socket-path.ts'
import { withMisbehavingServer } from '../daemon/authorization-server.ts'
import { startWithMovingClock } from '../daemon/moving-clock.ts'
import { signIn, tokenOf } from '../daemon/practice-login.ts'
import { type Environment, until, withHome } from '../daemon/running-daemon.ts'
import { withLibrary } from './library-scene.ts'
import type { ApiRequest } from './mock-api.ts'

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const run = promisify(execFile)

/** The one of the system comes first, because its packages are those that `npm test` installs. */
const interpreter = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3'

/** `-W error` makes an error of what is left open, and of what is old. */
function python(args: readonly string[], env: Environment = {}) {
  const paths = `${folder('../../src/client/python')}:${folder('python')}`
  const own = { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', PYTHONPATH: paths, PYTHONDONTWRITEBYTECODE: '1', ...env }
  return run(interpreter, ['-W', 'error', ...args], { env: own as NodeJS.ProcessEnv })
}

// Where there is no Python, nothing can be said about it; `npm test` installs it where it may.
const unavailable = spawnSync(interpreter, ['--version']).status !== 0 && !process.env.CI

describe.skipIf(unavailable)('the Python module', { concurrent: true }, () => {
  test('passes its own tests', async () => {
    const requests: ApiRequest[] = []
    await withLibrary(
      async ({ daemon, api, server }) => {
        revoked = api.revoked
        const result = await python(['-m', 'unittest', '--verbose', 'test_tokentray'], {
          TOKENTRAY_SOCKET: daemon.socket,
          TEST_API: api.origin,
        })
        expect(result.stderr).toMatch(/^Ran 1\d tests in /m)
        // Where `npm test` may not install requests and httpx, the rest is tested all the same.
        if (process.env.CI) expect(result.stderr).not.toContain('skipped')
        expect(server.faults).toEqual([])
        const proof = process.platform === 'linux' ? '"proof":"proven"' : '"proof":"claimed"'
        await until('the ledger', async () => (await daemon.ask('/v1/ledger?client=python-test')).text.includes(proof))
      },
      {
        answer: (request, response) => {
          const { pathname, searchParams } = new URL(request.url, 'http://x')
          if (pathname === '/requests') {
            const seen = requests.splice(0).map(({ url, body, headers }) => ({ ...headers, url, body }))
            return void response.end(JSON.stringify(seen))
          }
          if (pathname === '/revoke') revoked.add(request.headers.authorization?.replace(/^bearer /i, '') ?? '')
          response.writeHead(pathname === '/redirect' ? 307 : pathname === '/never' ? 401 : 200, {
            location: searchParams.get('to') ?? '',
          })
          response.end('{}')
        },
        seen: (request) => void requests.push(request),
      },
    )
  })

  test('is one refresh for twelve threads whose token is due', async () => {
    await withMisbehavingServer(3600, (server) =>
      withHome({ TOKENTRAY_UPSTREAM: server.origin, TOKENTRAY_REFRESH: 'ondemand' }, async (daemon) => {
        const clock = await startWithMovingClock(daemon)
        await signIn(daemon, { approve: server.approve })
        const old = await tokenOf(daemon)
        await clock.advance(3600 - 200)
        const code = `
from concurrent.futures import ThreadPoolExecutor
import tokentray
with ThreadPoolExecutor(12) as pool:
    print(*{pool.submit(tokentray.get_token, "practice").result().access_token for _ in range(12)})
    print(*set(pool.map(lambda _: tokentray.get_token("practice").access_token, range(12))))`
        const { stdout } = await python(['-c', code], { TOKENTRAY_SOCKET: daemon.socket })
        expect(new Set(stdout.trim().split('\n'))).toEqual(new Set([await tokenOf(daemon)]))
        expect(stdout).not.toContain(old)
        expect(server.refreshes).toHaveLength(1)
      }),
    )
  })

  test('finds the socket where everybody does', async () => {
    const environments: readonly [NodeJS.Platform, Record<string, string>][] = [
      ['linux', { HOME: '/home/robin' }],
      ['linux', { HOME: '/home/robin', XDG_RUNTIME_DIR: '/run/user/1000' }],
      ['linux', { HOME: '/home/robin', XDG_STATE_HOME: '/state/' }],
      ['linux', { HOME: '/home/robin', XDG_RUNTIME_DIR: '/run/user/1000', TOKENTRAY_HOME: '/srv/tt/../x' }],
      ['linux', { HOME: '/home/robin', TOKENTRAY_HOME: '/srv/tt', TOKENTRAY_SOCKET: '/tmp/mine.sock' }],
      ['linux', { HOME: '/home/robin', TOKENTRAY_SOCKET: '/tmp/agent.sock' }],
      ['linux', { HOME: `/home/${'ü'.repeat(50)}` }],
      ['darwin', { HOME: '/Users/robin', XDG_RUNTIME_DIR: '/run/user/1000' }],
      ['win32', { USERNAME: 'Robin Müller' }],
      ['win32', { USERNAME: 'robin', TOKENTRAY_HOME: 'C:\\Users\\robin\\tt' }],
    ]
    const cases = environments.flatMap(([platform, env]) =>
      ['default', 'work', '../x'].map((vault) => ({ platform, env, vault })),
    )
    const ours = cases.map(({ platform, env, vault }) => {
      try {
        return socketPath(env, platform, vault)
      } catch (error) {
        return (error as { code: string }).code
      }
    })
    const code = `
import json, sys, tokentray
def place(case):
    try:
        return tokentray.socket_path(case["env"], case["platform"], case["vault"])
    except tokentray.TokenTrayError as error:
        return error.code
print(json.dumps([place(case) for case in json.loads(sys.argv[1])]))`
    const theirs = JSON.parse((await python(['-c', code, JSON.stringify(cases)])).stdout)
    expect(theirs).toEqual(ours)
    expect(new Set(ours)).toContain('socket_unusable')
  })

  test('needs nothing but Python 3.9', async () => {
    const file = folder('../../src/client/python/tokentray.py')
    // With -S, nothing is found but the standard library and what PYTHONPATH names.
    const code = `
import ast, pathlib, tokentray
ast.parse(pathlib.Path(tokentray.__file__).read_text("utf-8"), feature_version=(3, 9))
print(tokentray.__file__)`
    expect((await python(['-S', '-c', code])).stdout.trim()).toBe(file)
  })
})

/** Those of the API, for the answer that adds to them. */
let revoked = new Set<string>()
