import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readSshArguments, remoteCommandAsOption, shareNameOf } from '../../src/cli/ssh-arguments.ts'
import { remoteLine, sshArguments } from '../../src/cli/ssh-session.ts'
import { selectorName } from '../../src/protocol/selector.ts'

const session = {
  destination: 'me@far',
  options: ['-p', '2222'],
  local: '/run/a.sock',
  remote: '/tmp/b.sock',
  command: undefined,
  tty: true,
  version: 9.2,
}

describe('the arguments for OpenSSH', () => {
  test('keep the destination from being an option, and the options of the person behind ours', () => {
    const args = sshArguments(session)
    expect(args.slice(args.indexOf('-R'), -1)).toEqual(['-R', '/tmp/b.sock:/run/a.sock', '-t', '-p', '2222', '--', 'me@far'])
    expect(args).toContain('ExitOnForwardFailure=yes')
    expect(args).toContain('RemoteCommand=none')
  })

  test('have no setting that an old version would refuse', () => {
    expect(sshArguments({ ...session, version: 6.7 })).not.toContain('RemoteCommand=none')
  })

  test('are understood by the OpenSSH that is installed', () => {
    const rest = sshArguments(session)
    const read = execFileSync('ssh', ['-G', '-F', '/dev/null', ...rest], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    expect(read).toMatch(/^port 2222$/m)
    expect(read).toMatch(/^exitonforwardfailure yes$/m)
    expect(read).toMatch(/^remoteforward \/tmp\/b\.sock \/run\/a\.sock$/m)
    expect(read).not.toMatch(/^controlpath \//m)
  })
})

describe('what is typed', () => {
  test.for([
    [['far'], []],
    [
      ['me@far.example', '-p', '22'],
      ['-p', '22'],
    ],
    [
      ['far', '-vp22', '-i', '-key', '-oA=b c'],
      ['-vp22', '-i', '-key', '-oA=b c'],
    ],
    [['[::1]'], []],
    [['fe80::1%eth0', '-A'], ['-A']],
  ] as const)('%j is passed on', ([args, options]) => {
    expect(readSshArguments(args)).toEqual({ destination: args[0], options })
  })

  test.for([['-W', 'a:1'], ['-O', 'exit'], ['-S', '/x'], ['-M'], ['-G'], ['-tf'], ['--', 'x'], ['']])(
    'the option %j is not',
    (options) => {
      expect(() => readSshArguments(['far', ...options])).toThrow(expect.objectContaining({ code: 'invalid_request' }))
    },
  )

  test('a destination never begins as an option does, and holds nothing that a shell reads', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...'a-@.:%$`\\\'" ;|&<>(){}*?!~#\n') })),
        (text) => {
          let destination: string | undefined
          try {
            destination = readSshArguments([text]).destination
          } catch (error) {
            expect(error).toMatchObject({ code: 'invalid_request' })
          }
          if (destination !== undefined) expect(destination).toMatch(/^[\w[][\w.+@:%[\]-]*$/)
        },
      ),
    )
  })

  test('what is behind the dashes is no option of ours', () => {
    expect(remoteCommandAsOption(['ssh', 'far', '--', 'tool', '--help', '--', '-V'])).toEqual([
      'ssh',
      'far',
      '--command=tool --help -- -V',
    ])
    expect(remoteCommandAsOption(['--vault', 'work', 'ssh', 'far', '--', 'a'])).toEqual([
      '--vault',
      'work',
      'ssh',
      'far',
      '--command=a',
    ])
    expect(remoteCommandAsOption(['ssh', 'far', '--'])).toEqual(['ssh', 'far'])
    expect(remoteCommandAsOption(['status', '--', 'ssh'])).toEqual(['status', '--', 'ssh'])
  })

  test('every destination gives the share a name that a client may have', () => {
    expect(shareNameOf('me@Build.Example')).toBe('ssh-build.example')
    expect(shareNameOf('fe80::1%eth0')).toBe('ssh-fe80-1-eth0')
    expect(shareNameOf('x'.repeat(200))).toMatch(selectorName)
  })
})

describe('the line for the other machine', () => {
  let folder = ''
  let remote = ''
  const server = createServer()
  beforeAll(async () => {
    folder = mkdtempSync('/tmp/tt-line-')
    remote = join(folder, "it's.sock")
    const mask = process.umask(0o177)
    await new Promise<void>((resolve) => server.listen(remote, resolve))
    process.umask(mask)
  })
  afterAll(() => {
    server.close()
    rmSync(folder, { recursive: true, force: true })
  })

  test('gives any words to the shell as they are', () => {
    // The socket is removed at the end; a name beside it keeps it for the next run.
    const run = (command: string) =>
      spawnSync('/bin/sh', ['-c', remoteLine({ remote, command }).replace('rm -f', 'true')], {
        encoding: 'utf8',
        env: { SHELL: '/bin/sh', PATH: '/usr/bin:/bin' },
      })
    expect(run('printf %s "$TOKENTRAY_SOCKET"')).toMatchObject({ stdout: remote, stderr: '', status: 0 })
    for (const text of ["it's", '$(id)', '`id`', 'a\nb', '"', '\\', "'\\''", '!x', '; exit 3', '* ?']) {
      const word = `'${text.replaceAll("'", `'\\''`)}'`
      expect(run(`printf %s ${word}`), text).toMatchObject({ stdout: text, status: 0 })
    }
    expect(run('exit 42').status).toBe(42)
  })

  test('runs nothing where there is no socket, or where a file is in its place', () => {
    for (const place of [join(folder, 'none.sock'), '/etc/hostname']) {
      const line = remoteLine({ remote: place, command: 'echo ran' }).replace('rm -f', 'true')
      expect(spawnSync('/bin/sh', ['-c', line], { encoding: 'utf8' })).toMatchObject({ status: 10, stdout: '' })
    }
  })
})
