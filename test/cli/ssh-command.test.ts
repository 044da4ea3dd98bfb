// `tokentray ssh` as a person types it, through a real OpenSSH server to a real broker.
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { approveAuthorization } from '../../src/practice/index.ts'
import type { LedgerEntry, Share } from '../../src/protocol/index.ts'
import { signIn, tokenOf, withPracticeServer } from '../daemon/practice-login.ts'
import { type Ended, program, type RunningDaemon, until, withDaemon } from '../daemon/running-daemon.ts'
import { ask } from '../daemon/socket-request.ts'
import { hasOpensshServer, type OpensshServer, withOpensshServer } from '../support/openssh-server.ts'

interface Scene {
  readonly daemon: RunningDaemon
  readonly server: OpensshServer
  /** Runs `tokentray ssh far … -- command` to its end. */
  far(command: string, ...options: string[]): Promise<Ended>
}

/** A broker with one login, and another machine that is this one. The sockets there are in the folder of the server. */
function withFarMachine(lines: readonly string[], body: (scene: Scene) => Promise<void>): Promise<void> {
  return withPracticeServer({}, (practice) =>
    withDaemon({ TOKENTRAY_UPSTREAM: practice.issuer }, async (daemon) => {
      await signIn(daemon)
      await withOpensshServer(lines, (server) =>
        body({
          daemon,
          server,
          far: (command, ...options) => daemon.cli([...sshTo(server), ...options, '--', command], {}, 60_000),
        }),
      )
    }),
  )
}

const sshTo = (server: OpensshServer) => ['ssh', 'far', '-F', server.config, '--remote-folder', server.folder]
const sharesOf = async (daemon: RunningDaemon) => (await daemon.ask('/v1/shares')).json?.shares as readonly Share[]
const untilUnshared = (daemon: RunningDaemon) => until('the end of the share', async () => (await sharesOf(daemon)).length === 0)
const socketsIn = async ({ folder }: OpensshServer) => (await readdir(folder)).filter((name) => name.endsWith('.sock'))

/** What a script on another machine does. */
const curl = (path: string) => `curl -sS --unix-socket "$TOKENTRAY_SOCKET" -H 'Accept: text/plain' http://localhost${path}`

describe.runIf(hasOpensshServer).concurrent('a session on another machine', () => {
  test('gets a token with curl, is in the ledger, and leaves nothing behind', async () => {
    await withFarMachine([], async ({ daemon, server, far }) => {
      const ended = await far(curl('/v1/token/practice'))
      expect(ended.code, ended.stderr).toBe(0)
      expect(ended.stdout).toBe(await tokenOf(daemon))
      expect(ended.stderr).toMatch(/^Sharing practice-\S+ with far until /m)
      const { entries } = (await daemon.ask('/v1/ledger?client=ssh-far')).json as { entries: LedgerEntry[] }
      expect(entries).toMatchObject([{ caller: { name: 'ssh-far', proof: 'claimed' }, outcome: 'handed_out' }])
      await untilUnshared(daemon)
      expect(await socketsIn(server)).toEqual([])
    })
  })

  test('gets a token with our own command as well, which says what is not shared', async () => {
    await withFarMachine([], async ({ daemon, far }) => {
      const command = `'${process.execPath}' '${program}' token`
      const ended = await far(`${command} practice; ${command} practice:work; echo $?`)
      expect(ended.stdout, ended.stderr).toBe(`${await tokenOf(daemon)}\n10\n`)
      expect(ended.stderr).toContain('"practice:work" is not shared on this socket.')
    })
  })

  test('can use the socket alone, and gets nothing but tokens of the accounts that are named', async () => {
    await withFarMachine([], async ({ daemon, far }) => {
      await signIn(daemon, { label: 'work', approve: (url) => approveAuthorization(url, { person: 'mika' }) })
      const several = await far('true')
      expect(several).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/none is shared unless you name it\.\n {2}Say --account.*practice:work/),
      })
      const status = '-o /dev/null -w "%{http_code} "'
      const calls = ['/v1/token/practice:work', '/v1/token/practice', '/v1/status', '/v1/shares']
      const first = (await daemon.status()).accounts.find(({ label, provider }) => provider === 'practice' && label === undefined)
      const command = [...calls, `/v1/token/${first?.id}`].map((path) => `${curl(path)} ${status}`).join('; ')
      const ended = await far(`stat -c %a "$TOKENTRAY_SOCKET"; ${command}`, '--account', 'practice:work')
      expect(ended.stdout, ended.stderr).toBe('600\n200 200 403 403 403 ')
    })
  })

  test('is the command with its quotes, its input and its exit code, in a login shell without one', async () => {
    await withFarMachine([], async ({ daemon, server, far }) => {
      expect(await far(`printf '%s|' "it's" '$HOME' "a  b" --help; exit 7`)).toMatchObject({
        code: 7,
        stdout: "it's|$HOME|a  b|--help|",
      })
      expect(await far('kill -9 $$')).toMatchObject({ code: 137 })
      const shell = daemon.startCli(sshTo(server))
      shell.type(`echo "here: $TOKENTRAY_SOCKET"; ${curl('/v1/health')}; exit 3\n`)
      await shell.until('stdout', /here: .*\.sock\n/)
      expect(await shell.ended).toMatchObject({ code: 3, stdout: expect.stringContaining('"share":"ssh-far"') })
    })
  })

  test('gets no more tokens once the share is revoked, and is told', async () => {
    await withFarMachine([], async ({ daemon, server }) => {
      const session = daemon.startCli([
        ...sshTo(server),
        '--',
        `${curl('/v1/token/practice')}; echo; read go; ${curl('/v1/token/practice')}; echo "curl: $?"`,
      ])
      await session.until('stdout', /^\S+\n/)
      const [share] = await sharesOf(daemon)
      expect((await daemon.cli(['shares'])).stdout).toMatch(new RegExp(`^${share?.id} +ssh-far +until .* practice-`))
      expect(await daemon.cli(['shares', 'end', share?.id ?? ''])).toMatchObject({ code: 0, stderr: 'Ended: ssh-far\n' })
      await session.until('stderr', /this session gets no more tokens: the share was revoked/)
      session.type('go\n')
      const ended = await session.ended
      expect(ended.code).toBe(0)
      expect(ended.stdout).toMatch(/^\S+\n.*curl: [1-9]/)
      expect(await daemon.cli(['shares', 'end', '--all'])).toMatchObject({ code: 0, stderr: 'Nothing is shared.\n' })
    })
  })

  test('gets no more tokens when its time is over', async () => {
    await withFarMachine([], async ({ daemon, server }) => {
      const session = daemon.startCli([
        ...sshTo(server),
        '--for',
        '4s',
        '--',
        `read go; ${curl('/v1/token/practice')}; echo "curl: $?"`,
      ])
      await session.until('stderr', /gets no more tokens: its time is over/)
      session.type('go\n')
      expect((await session.ended).stdout).toMatch(/^curl: [1-9]/)
    })
  })

  test.for(['SIGKILL', 'SIGTERM', 'SIGHUP'] as const)('leaves no share behind a %s', async (signal) => {
    await withFarMachine([], async ({ daemon, server }) => {
      const session = daemon.startCli([...sshTo(server), '--', 'echo ready; read go'])
      await session.until('stdout', /ready/)
      const [share] = await sharesOf(daemon)
      expect((await ask(share?.socket ?? '', '/v1/token/practice')).status).toBe(200)
      session.signal(signal)
      await untilUnshared(daemon)
      await expect(ask(share?.socket ?? '', '/v1/token/practice')).rejects.toThrow()
      // OpenSSH outlives a program that was killed; its input has ended with it.
      session.hangUp()
      await session.ended
    })
  })
})

describe.runIf(hasOpensshServer).concurrent('without a forwarded socket', () => {
  test.for([['AllowStreamLocalForwarding no'], ['AllowStreamLocalForwarding local'], ['DisableForwarding yes']])(
    'because the server has %s, nothing runs, and the setting is named',
    async (lines) => {
      await withFarMachine(lines, async ({ daemon, far }) => {
        const ended = await far('echo ran')
        expect(ended).toMatchObject({ code: 255, stdout: '' })
        expect(ended.stderr).toMatch(/tokentray: far did not make the forwarded socket.*\n {2}.*AllowStreamLocalForwarding yes/)
        await untilUnshared(daemon)
      })
    },
  )

  test('because the folder there is missing, nothing runs', async () => {
    await withFarMachine([], async ({ far }) => {
      const ended = await far('echo ran', '--remote-folder', '/nowhere/at/all')
      expect(ended).toMatchObject({ code: 255, stdout: '' })
      expect(ended.stderr).toContain('tokentray: far did not make the forwarded socket in /nowhere/at/all.')
    })
  })

  test('that is private, nothing runs, and it is removed', async () => {
    await withFarMachine(['StreamLocalBindMask 0111'], async ({ far, server }) => {
      const ended = await far('echo ran')
      expect(ended).toMatchObject({
        code: 10,
        stdout: '',
        stderr: expect.stringContaining('others could use the forwarded socket'),
      })
      expect(await socketsIn(server)).toEqual([])
    })
  })

  test('because the host does not answer, ssh speaks and its exit code is passed on', async () => {
    await withFarMachine([], async ({ daemon, server }) => {
      const ended = await daemon.cli(['ssh', '127.0.0.1', '-F', server.config, '-p', '1', '--', 'true'])
      expect(ended).toMatchObject({ code: 255, stderr: expect.stringContaining('Connection refused') })
      expect(ended.stderr).not.toContain('forwarded socket')
      await untilUnshared(daemon)
    })
  })
})

describe.concurrent('before anything is shared', () => {
  test.for([
    [['-oProxyCommand=touch /tmp/x'], 'is no host'],
    [['--', 'far'], 'No host is named'],
    [['far;id'], 'is no host'],
    [['$(id)'], 'is no host'],
    [['a b'], 'is no host'],
    [['me@-oProxyCommand=x'], 'is no host'],
    [['far', '-f'], '-f of ssh cannot be used'],
    [['far', '-vN'], '-N of ssh cannot be used'],
    [['far', 'ls'], 'neither the host nor an option'],
    [['far', '--remote-folder', 'relative'], 'is no folder'],
    [['far', '--remote-folder', '/a:b'], 'is no folder'],
    [['far', '--remote-folder', `/${'x'.repeat(60)}`], '100 is the limit'],
    [['far', '--for', '8d'], 'from a second to a week'],
    [['far', '--for', '0'], 'from a second to a week'],
  ] as const)('%j is refused', async ([args, reason]) => {
    await withDaemon({}, async (daemon) => {
      const ended = await daemon.cli(['ssh', ...args])
      expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/^tokentray: .*\n {2}\S/) })
      expect(ended.stderr).toContain(reason)
      expect(await sharesOf(daemon)).toEqual([])
    })
  })

  test('an ssh that is missing or too old is named', async () => {
    await withDaemon({}, async (daemon) => {
      const folder = join(daemon.home, 'bin')
      await mkdir(folder)
      expect(await daemon.cli(['ssh', 'far'], { PATH: folder })).toMatchObject({
        code: 7,
        stderr: expect.stringContaining('There is no `ssh` here.\n  Install OpenSSH 6.7'),
      })
      await writeFile(join(folder, 'ssh'), '#!/bin/sh\necho "OpenSSH_6.6.1p1 Ubuntu" >&2\n')
      await chmod(join(folder, 'ssh'), 0o755)
      expect(await daemon.cli(['ssh', 'far'], { PATH: folder })).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('cannot forward sockets: OpenSSH_6.6.1p1'),
      })
    })
  })
})
