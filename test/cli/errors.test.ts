import { execFile } from 'node:child_process'
import { createServer } from 'node:net'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newHome, program, type RunningDaemon, withHome } from '../daemon/running-daemon.ts'
import { readEvents } from '../daemon/socket-request.ts'

/** Where nothing listens; no request of these tests goes there. */
const upstream = { TOKENTRAY_UPSTREAM: 'http://127.0.0.1:9' }

describe('a command that fails', () => {
  let daemon: RunningDaemon
  beforeAll(async () => {
    daemon = await newHome(upstream)
    await daemon.start()
  })
  afterAll(() => daemon.clear())

  test.concurrent.for<[name: string, args: string[], code: number, says: RegExp]>([
    ['an unknown provider', ['login', 'nobody'], 7, /There is no provider "nobody"\. Known: chatgpt, openai-codex, .*practice\./],
    ['an unknown provider for a token', ['token', 'nobody'], 7, /There is no provider "nobody"/],
    ['an unknown provider to sign out of', ['logout', 'nobody'], 7, /There is no provider "nobody"/],
    ['a malformed selector', ['token', 'a b'], 2, /"a b" is not a selector\. Name a provider/],
    ['a malformed selector to sign in to', ['login', 'practice:a:b'], 2, /is not a selector/],
    ['a malformed selector to sign out of', ['logout', '../..'], 2, /is not a selector/],
    ['a selector beyond all measure', ['token', 'x'.repeat(500)], 2, /is not a selector/],
    ['a selector of another alphabet', ['token', 'practicé'], 2, /is not a selector/],
    ['nobody signed in', ['token', 'practice'], 4, /Nobody is signed in to Practice\. Run `tokentray login practice`/],
    ['nobody signed in, by an alias', ['token', 'codex'], 4, /Run `tokentray login openai-codex`/],
    ['nobody to sign out', ['logout', 'practice'], 4, /Nobody is signed in to Practice/],
    ['a time that is none', ['token', 'practice', '--min-valid', 'soon'], 2, /"soon" is not a length of time\. Write seconds/],
    ['a negative time', ['token', 'practice', '--min-valid=-5'], 2, /"-5" is not a length of time/],
    ['a time beyond a year', ['token', 'practice', '--min-valid', '99999d'], 2, /min_valid/],
    ['an option without its value', ['token', 'practice', '--min-valid'], 2, /min-valid/],
    ['an unknown option', ['token', 'practice', '--colour'], 2, /--colour/],
    ['an unknown option of another command', ['status', '--colour'], 2, /--colour/],
    ['a missing selector', ['token'], 2, /A selector is missing\. Usage: tokentray token/],
    ['a second selector', ['token', 'practice', 'openai-codex'], 2, /"openai-codex" is too much/],
    ['a missing provider', ['login'], 2, /missing required argument 'provider'/],
    ['an argument too much', ['status', 'practice'], 2, /too many arguments/],
    ['an unknown command', ['signin'], 2, /unknown command 'signin'/],
    ['no command at all', [], 2, /Usage: tokentray/],
    ['a redirect host that is not allowed', ['login', 'practice', '--redirect-host', 'example.com'], 2, /redirect-host/],
    ['an account that is not there', ['login', 'practice', '--account', 'work'], 4, /Nobody is signed in to Practice/],
  ])('for %s ends with its exit code and says why', async ([, args, code, says]) => {
    const ended = await daemon.cli(args)
    expect(ended).toMatchObject({ code, stdout: '' })
    expect(ended.stderr).toMatch(says)
    expect(ended.stderr).not.toMatch(/unexpected fault|\bat .*\.js:\d+/)
  })

  test('has its exit code although nobody reads what it says', async () => {
    for (const [args, code] of [
      ['enable nobody', 7],
      ['token nobody', 7],
      ['status --colour', 2],
      ['clients ask off', 0],
    ] as const) {
      const command = daemon.startCli(args.split(' '))
      command.closeOutput()
      expect((await command.ended).code, args).toBe(code)
    }
  })

  test.runIf(process.platform === 'linux')('because its output finds no room says so', async () => {
    for (const args of ['status', 'token --help', 'clients']) {
      const ended = await promisify(execFile)('sh', ['-c', `"$0" "$1" ${args} >/dev/full`, process.execPath, program], {
        env: daemon.env as NodeJS.ProcessEnv,
      }).catch((error: { code: number; stderr: string }) => error)
      expect(ended, args).toMatchObject({ code: 1, stderr: expect.stringContaining('cannot be written (ENOSPC)') })
    }
  })

  test('does not keep a second one from working', async () => {
    expect(await daemon.cli(['--version'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
    expect(await daemon.cli(['--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('tokentray') })
    expect(await daemon.cli(['token', '--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('--min-valid') })
    expect(JSON.parse((await daemon.cli(['status', '--json'])).stdout)).toMatchObject({ vault: { store: 'memory' } })
  })
})

describe('without a broker', () => {
  const commands = ['token practice', 'status', 'status --watch', 'login practice', 'logout practice']
  test.concurrent.for(commands)('%s ends with 3 and names the command that starts one', async (command) => {
    await withHome({}, async (home) => {
      const ended = await home.cli(command.split(' '))
      expect(ended).toMatchObject({ code: 3, stdout: '' })
      expect(ended.stderr).toContain(`nothing listens on ${home.socket}`)
      expect(ended.stderr).toContain('run `tokentray daemon`')
    })
  })

  test('but with a socket that a dead one left, a command says the same', async () => {
    await withHome(upstream, async (home) => {
      await home.start()
      await home.kill()
      expect(await home.cli(['token', 'practice'])).toMatchObject({ code: 3, stdout: '' })
      expect(await home.cli(['status'])).toMatchObject({ code: 3, stdout: '' })
    })
  })

  test('but with something else on the socket, a command says that', async () => {
    await withHome({}, async (home) => {
      const other = createServer((connection) => connection.on('error', () => {}).end('SSH-2.0-other\r\n'))
      await new Promise<void>((resolve) => other.listen(home.socket, resolve))
      const ended = await home.cli(['token', 'practice'])
      other.close()
      expect(ended).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('TOKENTRAY_SOCKET') })
    })
  })
})

test('a broker that too many programs follow says so itself', async () => {
  await withHome(upstream, async (home) => {
    await home.start()
    const readers = await Promise.all(Array.from({ length: 256 }, () => readEvents(home.socket)))
    const ended = await home.cli(['status', '--watch'])
    for (const reader of readers) reader.close()
    expect(ended).toMatchObject({ code: 5, stdout: '', stderr: expect.stringContaining('256 programs follow the events') })
  })
})

describe('a broker that goes away', () => {
  test('by SIGTERM ends a watching command in good order', async () => {
    await withHome(upstream, async (home) => {
      await home.start()
      const watching = home.startCli(['status', '--watch', '--json'])
      await watching.until('stdout', /^\{.*\}\n/)
      await home.stop()
      expect(await watching.ended).toMatchObject({ code: 0, stderr: '' })
    })
  })

  test.for([
    ['a watching command', ['status', '--watch']],
    ['a login', ['login', 'practice', '--paste', '--no-browser']],
  ] as const)('by a crash ends %s with words for a person', async ([, args]) => {
    await withHome(upstream, async (home) => {
      await home.start()
      const command = home.startCli(args)
      await command.until('stdout', /\n/)
      await home.kill()
      const ended = await command.ended
      expect(ended).toMatchObject({ code: 3, stderr: expect.stringContaining('tokentray daemon') })
      expect(ended.stderr).not.toMatch(/unexpected fault/)
    })
  })
})

test('a pasted line beyond all measure is explained, and the login goes on', async () => {
  await withHome(upstream, async (home) => {
    await home.start()
    const login = home.startCli(['login', 'practice', '--paste', '--no-browser'])
    await login.until('stdout', /\n/)
    login.type(`http://127.0.0.1:1455/auth/callback?code=${'x'.repeat(100_000)}\n`)
    await login.until('stderr', /pasted: Too big|over 16 KiB/)
    expect((await home.status()).logins).toHaveLength(1)
    login.signal('SIGINT')
    expect((await login.ended).code).toBe(8)
  })
})
