// `tokentray exec`: real processes, real signals, a real terminal.
import { spawn } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type PracticeServer, startPracticeServer } from '../../src/practice/index.ts'
import { signIn, tokenOf } from '../daemon/practice-login.ts'
import { newHome, program, type RunningDaemon, type RunningProcess, until } from '../daemon/running-daemon.ts'
import { hasTerminals, startOnTerminal } from './terminal.ts'

const key = 'sk-ant-api03-abcdefghijklmnopqrst'
const routerKey = 'sk-or-v1-abcdefghijklmnopqrst'

let server: PracticeServer
let daemon: RunningDaemon
let folder: string
let token: string
beforeAll(async () => {
  server = await startPracticeServer({ port: 0 })
  folder = await mkdtemp(join(tmpdir(), 'tt-exec-'))
  daemon = await newHome({ TOKENTRAY_UPSTREAM: server.issuer })
  await daemon.start()
  await signIn(daemon, { label: 'work' })
  token = await tokenOf(daemon)
  for (const [provider, secret] of [
    ['anthropic', key],
    ['openrouter', routerKey],
  ] as const) {
    const body = { provider, secret, label: 'mine' }
    expect((await daemon.ask('/v1/accounts', { method: 'POST', body })).status).toBe(200)
  }
})
afterAll(async () => {
  await daemon.clear()
  await server.close()
  await rm(folder, { recursive: true })
})

/** A script of `sh`, as a file. */
async function script(name: string, text: string): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, `#!/bin/sh\n${text}\n`)
  await chmod(file, 0o755)
  return file
}

const run = (...words: string[]) => daemon.cli(['exec', ...words])
const start = (...words: string[]) => daemon.startCli(['exec', ...words])

describe('the environment of a command', () => {
  const print = 'require("node:fs").writeSync(1, JSON.stringify(process.env))'
  const environment = async (words: string[], env = {}) => {
    const ended = await daemon.cli(['exec', ...words, '--', process.execPath, '-e', print], env)
    expect(ended.code, ended.stderr).toBe(0)
    return { ...ended, env: JSON.parse(ended.stdout) as Record<string, string> }
  }

  test('has the token and its address in place of what was there, and no other login of the provider', async () => {
    const mine = {
      ANTHROPIC_API_KEY: 'sk-old',
      ANTHROPIC_BASE_URL: 'http://elsewhere.example',
      CLAUDE_CODE_OAUTH_TOKEN: 'sk-other',
      ANTHROPIC_AUTH_TOKEN: 'sk-third',
      UNRELATED: 'stays',
    }
    const { env, stderr } = await environment(['anthropic'], mine)
    expect(env).toMatchObject({ ANTHROPIC_API_KEY: key, ANTHROPIC_BASE_URL: server.issuer, UNRELATED: 'stays' })
    expect(env).not.toHaveProperty('CLAUDE_CODE_OAUTH_TOKEN')
    expect(env).not.toHaveProperty('ANTHROPIC_AUTH_TOKEN')
    expect(stderr).toBe('')
    const told = (await environment(['--verbose', 'anthropic'], mine)).stderr
    expect(told).toMatch(/^tokentray: ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL: anthropic \(anthropic-\w+\)$/m)
    expect(told).toMatch(/ANTHROPIC_AUTH_TOKEN is taken away[\s\S]*CLAUDE_CODE_OAUTH_TOKEN is taken away/)
    expect(told).not.toContain('sk-')
  })

  test('has the tokens of several selectors, and those that --set names under the name of the person', async () => {
    const { env } = await environment(['practice:work', 'openrouter', '--set', 'MINE=anthropic', '--set', 'ALSO=practice'])
    expect(env).toMatchObject({ PRACTICE_ACCESS_TOKEN: token, OPENROUTER_API_KEY: routerKey, MINE: key, ALSO: token })
    expect(env).not.toHaveProperty('ANTHROPIC_API_KEY')
  })

  test('keeps a variable that the person has chosen, although a row would take it away', async () => {
    const { env } = await environment(['anthropic', '--set', 'ANTHROPIC_AUTH_TOKEN=practice'])
    expect(env).toMatchObject({ ANTHROPIC_API_KEY: key, ANTHROPIC_AUTH_TOKEN: token })
  })

  test('is the only place where the token is', async () => {
    const command = start(
      'practice',
      '--',
      process.execPath,
      '-e',
      'console.log("pid " + process.pid); setInterval(() => {}, 1e6)',
    )
    const child = await command.until('stdout', /pid (\d+)/)
    for (const pid of [command.pid, child]) expect(await readFile(`/proc/${pid}/cmdline`, 'utf8')).not.toContain(token)
    expect(await readFile(`/proc/${child}/environ`, 'utf8')).toContain(token)
    expect(await readFile(`/proc/${command.pid}/environ`, 'utf8')).not.toContain(token)
    command.signal('SIGTERM')
    await command.ended
  })

  test('is asked for under the name of the command, or the one that the person says', async () => {
    const named = await script('my-tool', 'exit 0')
    await run('practice', '--', named)
    await run('--client', 'other-name', 'practice', '--', named)
    await run('practice', '--', await script('my tool', 'exit 0'))
    const entries = (await daemon.ask('/v1/ledger?limit=20')).json?.entries as { caller: { name: string } }[]
    expect(entries.map(({ caller }) => caller.name)).toEqual(expect.arrayContaining(['my-tool', 'other-name', 'tokentray-exec']))
  })

  test('is warned about when the token ends too soon for --min-valid', async () => {
    const ended = await run('--min-valid', '8h', 'practice', '--', 'true')
    expect(ended).toMatchObject({ code: 0, stderr: expect.stringMatching(/^tokentray: The token of practice ends in \d+ min/) })
    expect(await run('--min-valid', '1m', 'practice', '--', 'true')).toMatchObject({ code: 0, stderr: '' })
  })
})

describe('words that mean nothing', () => {
  test.for([
    [
      'no `--`',
      ['practice', 'node', '-e', '1'],
      2,
      /A `--` has to stand[\s\S]*Did you mean `tokentray exec practice -- node …`\?/,
    ],
    ['nothing at all', [], 2, /Did you mean `tokentray exec <selector> -- <command>`/],
    ['no selector and no `--`', ['claude', '-p', 'hi'], 2, /Did you mean `tokentray exec <selector> -- claude …`\?/],
    ['no command', ['practice', '--'], 2, /The command after `--` is missing[\s\S]*tokentray exec practice -- codex/],
    ['no selector', ['--', 'true'], 2, /Name at least one selector/],
    ['an option that is none', ['--colour', 'practice', '--', 'true'], 2, /"--colour" is no option/],
    ['an unknown provider', ['nobody', '--', 'true'], 7, /There is no provider "nobody"\. Known: /],
    ['an unknown label', ['practice:wrok', '--', 'true'], 7, /no account "wrok"\.\n {2}Name one of these: practice:work/],
    ['nobody signed in', ['xai', '--', 'true'], 4, /tokentray add xai|tokentray login xai/],
    ['a variable that is none', ['--set', 'A-B=practice', '--', 'true'], 2, /"A-B=practice" does not say which variable/],
    ['a client that is none', ['--client', 'a b', 'practice', '--', 'true'], 2, /no name of a client/],
    [
      'two for one variable',
      ['--set', 'A=practice', '--set', 'A=anthropic', '--', 'true'],
      2,
      /"practice" and "anthropic" both set A\./,
    ],
    ['a malformed selector', ['practice', '../..', '--', 'true'], 2, /is not a selector/],
  ] as const)('%s', async ([, words, code, says]) => {
    const ended = await run(...words)
    expect(ended).toMatchObject({ code, stdout: '' })
    expect(ended.stderr).toMatch(says)
    expect(ended.stderr).not.toMatch(/unexpected fault/)
  })
})

describe('the end of a command', () => {
  test('is the end of `exec`: its code, or that it cannot be run', async () => {
    expect(await run('practice', '--', 'sh', '-c', 'exit 42')).toMatchObject({ code: 42, stderr: '' })
    expect(await run('practice', '--', 'no-such-command')).toMatchObject({
      code: 127,
      stderr: expect.stringContaining('There is no command "no-such-command".'),
    })
    const text = join(folder, 'text')
    await writeFile(text, 'no program')
    for (const file of [text, folder]) {
      expect(await run('practice', '--', file)).toMatchObject({ code: 126, stderr: expect.stringContaining('cannot be run') })
    }
  })

  test.for(['SIGTERM', 'SIGKILL', 'SIGHUP', 'SIGINT', 'SIGPIPE'] as const)('by %s is told as that', async (signal) => {
    const command = `"$0" "$1" exec practice -- sh -c 'kill -${signal.slice(3)} $$'; echo "code $?"`
    const shell = spawn('bash', ['-c', command, process.execPath, program], { env: daemon.env as NodeJS.ProcessEnv })
    let said = ''
    shell.stdout.on('data', (text) => {
      said += text
    })
    await new Promise((resolve) => shell.once('close', resolve))
    const numbers = { SIGTERM: 15, SIGKILL: 9, SIGHUP: 1, SIGINT: 2, SIGPIPE: 13 }
    expect(said).toBe(`code ${128 + numbers[signal]}\n`)
  })

  test('by a signal that would write tokens to the disk is told by the code alone', async () => {
    expect(await run('practice', '--', 'sh', '-c', 'ulimit -c 0; kill -QUIT $$')).toMatchObject({ code: 131 })
  })

  test('has its standard input', async () => {
    const command = start('practice', '--', 'cat')
    command.type('through and through\n')
    command.hangUp()
    expect(await command.ended).toMatchObject({ code: 0, stdout: 'through and through\n' })
  })
})

describe('a signal', () => {
  const state = async (pid: number | string) => (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.[0]
  const reaches = (command: RunningProcess, pid: string, wanted: RegExp) =>
    until(
      `both are ${wanted}`,
      async () => wanted.test((await state(command.pid)) ?? '') && wanted.test((await state(pid)) ?? ''),
    )

  test.for(['INT', 'TERM', 'HUP', 'QUIT', 'USR2'] as const)(
    '%s is passed on, and the command decides what it does',
    async (name) => {
      const file = await script(`trap-${name}`, `trap 'echo got; exit 9' ${name}\necho ready\nwhile :; do sleep 0.05; done`)
      const command = start('practice', '--', file)
      await command.until('stdout', /ready/)
      command.signal(`SIG${name}`)
      expect(await command.ended).toMatchObject({ code: 9, stdout: 'ready\ngot\n' })
    },
  )

  test.runIf(process.platform === 'linux')('that stops the command stops both, and one to go on lets both go on', async () => {
    const command = start('practice', '--', 'sh', '-c', 'echo pid $$; while :; do sleep 0.05; done')
    const pid = await command.until('stdout', /pid (\d+)/)
    // As an editor stops itself. Ctrl-Z has a test on a terminal below: where there is none, the system may stop nobody by its signal.
    process.kill(Number(pid), 'SIGSTOP')
    await reaches(command, pid, /T/)
    command.signal('SIGCONT')
    await reaches(command, pid, /[RS]/)
    command.signal('SIGTERM')
    await command.ended
  })
})

describe.runIf(hasTerminals())('on a terminal', () => {
  test('the command has the terminal, and Ctrl-C reaches it once', async () => {
    const file = await script(
      'count',
      `n=0; trap 'n=$((n+1)); echo "int $n"' INT; trap 'echo "end $n"; exit 3' QUIT
       test -t 0 && test -t 1 && echo is-terminal
       while :; do sleep 0.05; done`,
    )
    // The shell of the terminal would get Ctrl-\\ as well, and end by it.
    const line = `exec '${process.execPath}' '${program}' exec practice -- '${file}'`
    const command = startOnTerminal(line, daemon.env)
    await command.until(/is-terminal/)
    command.type('\x03')
    await command.until(/int 1/)
    command.type('\x1c')
    await command.until(/end 1/)
    expect(await command.ended).toBe(3)
    expect(command.shown()).not.toContain('int 2')
  })

  test('Ctrl-Z gives the terminal back to the shell, and `fg` goes on', async () => {
    const file = await script('job', 'echo begins; read line; echo "read $line"; exit 4')
    const shell = startOnTerminal('bash --norc -i', daemon.env)
    shell.type(`PS1='> '; '${process.execPath}' '${program}' exec practice -- '${file}'\n`)
    await shell.until(/begins\r?\n/)
    shell.type('\x1a')
    await shell.until(/Stopped/)
    shell.type('fg\n')
    shell.type('again\n')
    await shell.until(/read again/)
    shell.type('echo code $?\n')
    await shell.until(/code 4/)
    shell.type('exit\n')
    await shell.ended
  })
})
