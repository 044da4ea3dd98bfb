import { execFileSync } from 'node:child_process'
import { beforeAll, describe, expect, test } from 'vitest'
import type { CommandTree } from '../../../src/cli/command-tree.ts'
import { wantedWords } from '../../../src/cli/completion/wanted-words.ts'
import { program } from '../../daemon/running-daemon.ts'

let tree: CommandTree
beforeAll(() => {
  tree = JSON.parse(execFileSync(process.execPath, [program, 'command-tree'], { encoding: 'utf8' }))
})

/** What is wanted at the end of a line; the last word is the one at the cursor. */
const at = (line: string) => {
  const words = line.split(' ')
  return wantedWords(tree, words.slice(0, -1), words.at(-1) ?? '')
}
const words = (line: string) => at(line).words.map(({ word }) => word)

describe('commands', () => {
  test('stand where no other word does, and those of a command behind it', () => {
    expect(words('')).toEqual(expect.arrayContaining(['login', 'token', 'history', 'completion', 'daemon']))
    expect(words('')).not.toContain('command-tree')
    expect(words('clients ')).toEqual(['allow', 'deny', 'forget', 'ask'])
    expect(words('--vault work clients ')).toContain('allow')
    expect(words('status ')).toEqual([])
    // What is a command elsewhere is none here.
    expect(words('logout status ')).toEqual([])
  })

  test('no command has more places than it takes', () => {
    expect(at('usage a ')).toMatchObject({ words: [] })
    expect(at('usage a ').known).toBeUndefined()
    expect(at('check a ').known).toBe('selector')
    expect(words('failover practice ')).toEqual(['on', 'off'])
    expect(words('failover practice on ')).toEqual([])
    expect(words('chain practice grant ')).not.toContain('grant')
  })
})

describe('options', () => {
  test('are those of the command and of the whole, each until it was used', () => {
    expect(words('status -')).toEqual(expect.arrayContaining(['--format', '--json', '--watch', '--vault', '-h', '--help']))
    expect(words('status --json -')).not.toContain('--json')
    expect(words('status --format=json -')).not.toContain('--format')
    expect(words('status -')).not.toContain('--version')
    expect(words('ssh host --account a --')).toContain('--account')
    // `token` is run without the parser of options, and is known by its help.
    expect(words('token a -')).toEqual(expect.arrayContaining(['--format', '--wait', '--rejected', '-h', '--help']))
  })

  test('have values of their own, behind them or behind an equals sign', () => {
    expect(words('status --format ')).toEqual(['text', 'json', 'waybar', 'tmux'])
    expect(at('status --format=')).toMatchObject({ typed: '--format=', words: [{ word: 'text' }, {}, {}, {}] })
    expect(words('token a --format ')).toEqual(['token', 'bearer', 'header', 'env', 'json'])
    expect(at('token --client ').known).toBe('client')
    expect(at('why practice --account ').known).toBe('account')
    expect(at('ssh host --account ').known).toBe('selector')
    expect(at('login practice --label ').known).toBeUndefined()
    expect(at('nothing --of=')).toEqual({ typed: '', words: [] })
    expect(at('status --json=')).toEqual({ typed: '', words: [] })
  })

  test('with a value that may be missing leave room for another option', () => {
    expect(words('token a --wait -')).toContain('--client')
    expect(at('token --wait 5m ').known).toBe('selector')
    expect(at('token a --wait ').words).toEqual([])
  })

  test('are over after two dashes', () => {
    expect(words('check -- -')).toEqual([])
    expect(at('check -- a').known).toBe('selector')
  })
})

describe('what a broker names', () => {
  test.each([
    ['token ', 'selector'],
    ['exec a ', 'selector'],
    ['login ', 'provider'],
    ['approve ', 'client'],
    ['vault remove ', 'vault'],
    ['shares end ', 'share'],
    ['--vault ', 'vault'],
  ])('tokentray %s', (line, known) => {
    expect(at(line).known).toBe(known)
  })

  test('of the vault and the provider that were named', () => {
    expect(at('--vault work token ')).toMatchObject({ known: 'selector', vault: 'work' })
    expect(at('token --vault=work ')).toMatchObject({ vault: 'work' })
    expect(at('order practice ')).toMatchObject({ known: 'account', provider: 'practice' })
    expect(at('why practice:x --account ')).toMatchObject({ known: 'account', provider: 'practice' })
    expect(at('vault create ').known).toBeUndefined()
  })

  test('in one word with others', () => {
    expect(at('clients allow x --accounts a,b:c,d')).toMatchObject({ known: 'selector', typed: 'a,b:c,' })
    expect(at('exec --set A=b')).toMatchObject({ known: 'selector', typed: 'A=' })
    expect(at('exec --set A')).toMatchObject({ known: 'selector', typed: '' })
    expect(at('clients allow x --accounts=a,b')).toMatchObject({ typed: '--accounts=a,' })
  })
})

test('a command of somebody else, a host and a file are left to the shell', () => {
  expect(at('exec a -- git c').place).toBe('commands')
  expect(at('exec a -- ').place).toBe('commands')
  expect(at('ssh h').place).toBe('hosts')
  expect(at('ssh host ').place).toBeUndefined()
  expect(at('import codex --file ').place).toBe('files')
  expect(at('import codex --file=a').place).toBe('files')
})
