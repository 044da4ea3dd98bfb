// `tokentray env`, evaluated by a real shell.
import { execFile } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newHome, program, type RunningDaemon } from '../daemon/running-daemon.ts'
import { hasTerminals, startOnTerminal } from './terminal.ts'

/** Where nothing listens; no request of these tests goes there. */
const upstream = 'http://127.0.0.1:9'
const key = 'sk-ant-api03-abcdefghijklmnopqrst'
const setup = 'sk-ant-oat01-abcdefghijklmnopqrst'

let daemon: RunningDaemon
beforeAll(async () => {
  daemon = await newHome({ TOKENTRAY_UPSTREAM: upstream, SHELL: '/bin/sh' })
  await daemon.start()
  for (const [secret, label] of [
    [key, 'key'],
    [setup, 'plan'],
  ] as const) {
    const answer = await daemon.ask('/v1/accounts', { method: 'POST', body: { provider: 'anthropic', secret, label } })
    expect(answer.status, answer.text).toBe(200)
  }
})
afterAll(() => daemon.clear())

/** Runs a script in which `tokentray` is the command. */
function sh(script: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const text = `tokentray() { '${process.execPath}' '${program}' "$@"; }\n${script}`
  return new Promise((resolve, reject) => {
    execFile('sh', ['-c', text], { env: { ...daemon.env, ...env } as NodeJS.ProcessEnv }, (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    )
  })
}

describe('lines for a shell', () => {
  test('set what the tools read, take away what would be used instead, and go again', async () => {
    const said = await sh(
      `eval "$(tokentray env anthropic:plan)"
       sh -c 'echo "$CLAUDE_CODE_OAUTH_TOKEN $ANTHROPIC_BASE_URL [$ANTHROPIC_API_KEY]"'
       eval "$(tokentray env anthropic:key)"
       sh -c 'echo "$ANTHROPIC_API_KEY [$CLAUDE_CODE_OAUTH_TOKEN]"'
       eval "$(tokentray env --unset claude)"
       env | grep -c -e ANTHROPIC -e CLAUDE || true`,
      { ANTHROPIC_API_KEY: 'sk-old' },
    )
    expect(said.split('\n')).toEqual([`${setup} ${upstream} []`, `${key} []`, '0', ''])
  })

  test('are for the shell that is wanted, and take a variable of the person', async () => {
    const lines = async (...words: string[]) => (await daemon.cli(['env', ...words])).stdout
    expect(await lines('--set', 'MINE=anthropic:key')).toBe(`export MINE='${key}'\n`)
    expect(await lines('--shell', 'fish', '--set', 'MINE=anthropic:key')).toBe(`set -gx MINE '${key}'\n`)
    expect(await lines('--shell', 'powershell', '--set', 'MINE=anthropic:key')).toBe(`$env:MINE = '${key}'\n`)
    expect(await lines('--unset', '--set', 'MINE=anthropic:key')).toBe('unset MINE\n')
    expect(await lines('--shell', 'fish', '--unset', 'xai')).toMatch(/^set -e XAI_API_KEY\n/)
  })

  test.for([
    ['two for one variable', ['--set', 'A=anthropic:key', '--set', 'A=anthropic:plan'], 2, /both set A\./],
    ['nobody', [], 2, /Name at least one selector/],
    ['nobody to take away', ['--unset'], 2, /Name at least one selector/],
    ['a provider that is none', ['nobody'], 7, /There is no provider "nobody"/],
    ['a provider to take away that is none', ['--unset', 'nobody'], 7, /There is no provider "nobody"/],
    ['one that nobody signed in to', ['anthropic:key', 'practice'], 4, /tokentray login practice/],
    ['a shell that is none', ['--shell', 'tcsh', 'anthropic'], 2, /Allowed choices are sh, fish, powershell/],
  ] as const)('are not printed at all for %s', async ([, words, code, says]) => {
    const ended = await daemon.cli(['env', ...words])
    expect(ended).toMatchObject({ code, stdout: '' })
    expect(ended.stderr).toMatch(says)
  })

  test('are not guessed for a shell that reads none of them', async () => {
    const ended = await daemon.cli(['env', 'anthropic'], { SHELL: '/bin/tcsh' })
    expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('--shell sh') })
  })
})

test.runIf(hasTerminals())('a token is not written on the screen without --show', async () => {
  const refused = startOnTerminal(['env', 'anthropic:key'], daemon.env)
  expect(await refused.ended).toBe(2)
  expect(refused.shown()).toContain('eval "$(tokentray env anthropic:key)"')
  expect(refused.shown()).not.toContain(key)
  const shown = startOnTerminal(['env', '--show', 'anthropic:key'], daemon.env)
  expect(await shown.ended).toBe(0)
  expect(shown.shown()).toContain(`export ANTHROPIC_API_KEY='${key}'`)
})
