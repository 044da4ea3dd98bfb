// The scripts in the shells they are for: a person types the beginning of a line and presses Tab.
import { execFileSync } from 'node:child_process'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { approveAuthorization, type PracticeServer, startPracticeServer } from '../../../src/practice/index.ts'
import { signIn } from '../../daemon/practice-login.ts'
import { newHome, program, type RunningDaemon } from '../../daemon/running-daemon.ts'
import { hasTerminals, type OnTerminal, startOnTerminal } from '../terminal.ts'

let server: PracticeServer
let daemon: RunningDaemon
beforeAll(async () => {
  server = await startPracticeServer({ port: 0 })
  daemon = await newHome({ TOKENTRAY_UPSTREAM: server.issuer, TOKENTRAY_REFRESH: 'ondemand', TERM: 'dumb' })
  await daemon.start()
  await signIn(daemon, { label: 'work' })
  await signIn(daemon, { label: 'workshop.eu', approve: (url) => approveAuthorization(url, { person: 'mika' }) })
  await daemon.ask('/v1/policy/my-agent', { method: 'PUT', body: { decision: 'deny' } })
  const folder = join(daemon.home, 'bin')
  await mkdir(folder)
  await writeFile(join(folder, 'tokentray'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`)
  await writeFile(join(folder, 'a-tool-of-the-test'), '')
  for (const name of ['tokentray', 'a-tool-of-the-test']) await chmod(join(folder, name), 0o755)
  daemon.env = { ...daemon.env, PATH: `${folder}:${daemon.env.PATH}` }
})
afterAll(async () => {
  await daemon.clear()
  await server.close()
})

/** A line as it is typed, and what it is after Tab. What can go on in several ways is completed as far as all of them go. */
const lines: readonly (readonly [typed: string, completed: string])[] = [
  ['tokentray hist', 'tokentray history '],
  ['tokentray vault cr', 'tokentray vault create '],
  ['tokentray --vault=default vault mo', 'tokentray --vault=default vault move '],
  ['tokentray status --fo', 'tokentray status --format '],
  ['tokentray status --format wa', 'tokentray status --format waybar '],
  ['tokentray status --format=wa', 'tokentray status --format=waybar '],
  ['tokentray token practice --format h', 'tokentray token practice --format header '],
  ['tokentray login openai-c', 'tokentray login openai-codex '],
  ['tokentray token practice:works', 'tokentray token practice:workshop.eu '],
  ['tokentray token "practice:works', 'tokentray token "practice:workshop.eu" '],
  ["tokentray token 'practice:works", "tokentray token 'practice:workshop.eu' "],
  ['tokentray usage  practice:w', 'tokentray usage  practice:work'],
  ['tokentray why practice --account works', 'tokentray why practice --account workshop.eu '],
  [
    'tokentray clients allow x --accounts practice:work,practice:works',
    'tokentray clients allow x --accounts practice:work,practice:workshop.eu ',
  ],
  ['tokentray exec --set MY_TOKEN=practice:works', 'tokentray exec --set MY_TOKEN=practice:workshop.eu '],
  ['tokentray import x --file ./bin/a-t', 'tokentray import x --file ./bin/a-tool-of-the-test '],
  ['tokentray import x --file=./bin/a-t', 'tokentray import x --file=./bin/a-tool-of-the-test '],
  ['tokentray connect --account practice:works', 'tokentray connect --account practice:workshop.eu '],
  ['tokentray clients forget my', 'tokentray clients forget my-agent '],
  ['tokentray exec practice:work -- a-tool-of', 'tokentray exec practice:work -- a-tool-of-the-test '],
  ['tokentray chain practice environment_k', 'tokentray chain practice environment_key '],
  // Nothing fits, and nothing is there to be named.
  ['tokentray token nobody:x', 'tokentray token nobody:x'],
  ['tokentray login practice --label w', 'tokentray login practice --label w'],
  ['tokentray --vault $(touch ran) token p', 'tokentray --vault $(touch ran) token p'],
  ['tokentray complete-w', 'tokentray complete-w'],
]

const isThere = (shell: string) => {
  try {
    execFileSync(shell, ['-c', 'exit'])
    return true
  } catch {
    return false
  }
}

/** Types each line and Tab, and then the key that the shell prints its line for. */
async function typeAll(shell: OnTerminal, typed: readonly string[]): Promise<string[]> {
  const completed: string[] = []
  await shell.until(/READY /)
  for (const line of typed) {
    const from = shell.shown().length
    shell.type(`${line}\t\x18p`)
    await shell.until(/<<.*>>/)
    completed.push(/<<(.*)>>/.exec(shell.shown().slice(from))?.[1] ?? '')
    shell.type('\x15')
  }
  shell.type('exit\r')
  await shell.ended
  return completed
}

describe.concurrent('on a terminal', () => {
  test.skipIf(!isThere('bash') || !hasTerminals())('bash', async () => {
    const file = join(daemon.home, 'bashrc')
    const key = `bind -x '"\\C-xp": printf "<<%s>>\\n" "$READLINE_LINE"'`
    await writeFile(file, `PS1='READY '\nset +o history\neval "$(tokentray completion bash)"\n${key}\n`)
    const more = [
      ['true; tokentray hist', 'true; tokentray history '],
      ['X=1 tokentray hist', 'X=1 tokentray history '],
      // With the colon quoted, the whole word is replaced.
      ['tokentray token practice\\:works', 'tokentray token practice:workshop.eu '],
      ['tokentray token practice:"works', 'tokentray token practice:"workshop.eu" '],
    ] as const
    const all = [...lines, ...more]
    const shell = startOnTerminal(`cd '${daemon.home}'; exec bash --noprofile --rcfile '${file}' -i`, daemon.env)
    expect(
      await typeAll(
        shell,
        all.map(([typed]) => typed),
      ),
    ).toEqual(all.map(([, completed]) => completed))
  })

  test.skipIf(!isThere('zsh') || !hasTerminals())('zsh', async () => {
    const key = 'show() { zle -I; print -r -- "<<$BUFFER>>" }\nzle -N show\nbindkey "^Xp" show'
    const setup = 'autoload -U compinit && compinit -u -D\neval "$(tokentray completion zsh)"'
    await writeFile(join(daemon.home, '.zshrc'), `unsetopt prompt_cr prompt_sp\nPS1='READY '\n${setup}\n${key}\n`)
    const all = lines
    const shell = startOnTerminal(`cd '${daemon.home}'; exec zsh -i`, { ...daemon.env, ZDOTDIR: daemon.home })
    expect(
      await typeAll(
        shell,
        all.map(([typed]) => typed),
      ),
    ).toEqual(all.map(([, completed]) => completed))
  })
})

test.skipIf(!isThere('fish'))('fish, which is asked what it would offer', () => {
  const env = { ...daemon.env, XDG_CONFIG_HOME: daemon.home, XDG_DATA_HOME: daemon.home } as NodeJS.ProcessEnv
  const offered = (line: string): string[] => {
    const script = 'tokentray completion fish | source; complete -C $argv[1]'
    return execFileSync('fish', ['-c', script, line], { env, encoding: 'utf8' }).split('\n').filter(Boolean)
  }
  expect(offered('tokentray hist')).toEqual([expect.stringMatching(/^history\tshow what happened/)])
  expect(offered('tokentray status --format=wa')).toEqual(['--format=waybar'])
  expect(offered('tokentray --vault default token practice:w')).toEqual([
    'practice:work\tPractice',
    'practice:workshop.eu\tPractice',
  ])
  expect(offered('tokentray token "practice:works')).toEqual(['practice:workshop.eu\tPractice'])
  expect(offered(`tokentray import --file ${daemon.home}/bin/a-t`).join()).toMatch(/bin\/a-tool-of-the-test\b/)
  expect(offered('tokentray clients forget m')).toEqual(['my-agent\tdenied'])
  expect(offered('tokentray exec practice:work -- a-tool-of').join()).toMatch(/^a-tool-of-the-test\b/)
  expect(offered('tokentray exec practice -- tokentray hist')).toEqual([expect.stringMatching(/^history\t/)])
  expect(offered('tokentray token nobody:x')).toEqual([])
})

// Debian has no PowerShell; where it is missing, this tells nothing.
test.skipIf(!isThere('pwsh'))('PowerShell, which is asked what it would offer', () => {
  const offered = (line: string): string[] => {
    const script = `tokentray completion powershell | Out-String | Invoke-Expression
      (TabExpansion2 -inputScript $env:LINE -cursorColumn $env:LINE.Length).CompletionMatches.CompletionText`
    const env = { ...daemon.env, LINE: line } as NodeJS.ProcessEnv
    return execFileSync('pwsh', ['-NoProfile', '-Command', script], { env, encoding: 'utf8' }).split(/\r?\n/).filter(Boolean)
  }
  expect(offered('tokentray hist')).toEqual(['history'])
  expect(offered('tokentray token practice:w')).toEqual(['practice:work', 'practice:workshop.eu'])
  expect(offered('tokentray status --format ')).toContain('waybar')
})
