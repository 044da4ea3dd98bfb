import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import type { CommandTree } from '../../../src/cli/command-tree.ts'
import { exitCodes } from '../../../src/cli/manual/exit-codes.ts'
import { bold, example, filled, roff } from '../../../src/cli/manual/roff.ts'
import { errorTable } from '../../../src/protocol/errors.ts'
import { program } from '../../daemon/running-daemon.ts'

const project = fileURLToPath(new URL('../../..', import.meta.url))
const run = (...args: string[]) => execFileSync(process.execPath, [program, ...args], { encoding: 'utf8' })
const page = join(project, 'out/tokentray.1')

let tree: CommandTree
let text: string
beforeAll(() => {
  tree = JSON.parse(run('command-tree'))
  text = readFileSync(page, 'utf8')
})

const isThere = (command: string) => spawnSync(command, ['--version']).error === undefined

/** Every command with its path, and what the page says of it. */
function sections(command: CommandTree, before: readonly string[] = []): { path: string; command: CommandTree; said: string }[] {
  return command.commands.flatMap((each) => {
    const path = [...before, each.name]
    const title = `.SS "${roff(path.join(' '))}"\n`
    expect(text.split(title), path.join(' ')).toHaveLength(2)
    const said = text.slice(text.indexOf(title) + title.length).split(/^\.S[HS] /m)[0] ?? ''
    return [{ path: path.join(' '), command: each, said }, ...sections(each, path)]
  })
}

describe('everything is in the page', () => {
  test('every command with what it is for, its options, choices and examples', () => {
    const all = sections(tree)
    expect(all.map(({ path }) => path)).toEqual(expect.arrayContaining(['login', 'token', 'clients allow', 'vault move', 'man']))
    for (const { path, command, said } of all) {
      expect(said, path).toContain(filled(command.about).slice(1))
      for (const { names, value } of command.options.filter((option) => !option.names.includes('--help'))) {
        for (const name of names) expect(said, `${path} ${name}`).toContain(bold(name))
        for (const choice of value?.choices ?? []) expect(said, `${path} ${choice}`).toContain(roff(choice))
      }
      for (const { choices = [], name } of command.values) {
        for (const choice of choices) expect(said, `${path} ${name} ${choice}`).toContain(roff(choice))
      }
      if (command.notes !== '') expect(said, path).toContain(example(command.notes))
    }
    // What the help of a command lists is what the page has to have.
    for (const command of ['token', 'status', 'exec']) {
      const listed = [...run(command, '--help').matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, name = '']) => name)
      expect(listed.length).toBeGreaterThan(2)
      const found = all.find(({ path }) => path === command)
      expect(found?.command.options.flatMap(({ names }) => names)).toEqual(expect.arrayContaining(listed))
    }
  })

  test('every exit code, in the words of the help', () => {
    expect(new Set(Object.values(errorTable).map(({ exit }) => exit))).toEqual(
      new Set(exitCodes.filter(({ code }) => code > 0).map(({ code }) => code)),
    )
    const help = run('--help').replaceAll(/\s+/g, ' ')
    for (const { code, meaning, errors } of exitCodes) {
      expect(help).toContain(`${code} ${meaning}`)
      expect(text).toContain(`.TP\n${bold(String(code))}\n${roff(meaning)}`)
      for (const error of errors) expect(text).toContain(error)
    }
  })

  test('every variable that the sources read', () => {
    const sources = readdirSync(join(project, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.ts'),
    )
    const used = sources.flatMap((file) =>
      [...readFileSync(join(project, 'src', file), 'utf8').matchAll(/env\.(TOKENTRAY_\w+|ANTHROPIC_BETA\w+)/g)].map(
        ([, name = '']) => name,
      ),
    )
    expect(new Set(used).size).toBeGreaterThan(9)
    // It is for the tests of the app alone.
    for (const name of new Set(used)) if (name !== 'TOKENTRAY_TEST') expect(text).toContain(`.TP\n${bold(name)}\n`)
  })
})

test('the page is made of the commands by the build, and printed by one', () => {
  expect(run('man')).toBe(text)
  const { man, files } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'))
  expect(join(project, man)).toBe(page)
  expect(files).toEqual(['out'])
  expect(readFileSync(join(project, 'electron-builder.yml'), 'utf8')).toContain(`${man}=/usr/share/man/man1/tokentray.1`)
})

// macOS and Windows have none of these, and tell nothing here.
describe('the programs that read manual pages', () => {
  const quietly = (command: string, ...args: string[]) => {
    const env = { ...process.env, LC_ALL: 'C.UTF-8', MANWIDTH: '250', MANROFFOPT: '', MAN_KEEP_FORMATTING: '' }
    const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', env })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    return stdout
  }

  test.skipIf(!isThere('groff'))('groff has nothing to complain of', () => {
    quietly('groff', '-man', '-ww', '-z', page)
  })

  test.skipIf(!isThere('lexgrog'))('lexgrog finds the name, so that apropos does', () => {
    expect(quietly('lexgrog', page)).toContain('"tokentray - one place that owns your AI logins')
  })

  test.skipIf(!isThere('man') || !isThere('groff'))('man shows the examples as they have to be typed', () => {
    const shown = quietly('man', '--warnings', '-l', page)
    for (const { path, command } of sections(tree)) {
      for (const line of command.notes.split('\n')) expect(shown, path).toContain(line.trimEnd())
    }
    expect(shown).toContain("!tokentray credential git'")
    expect(shown).toContain('--rejected prefix')
  })

  test.skipIf(!isThere('groff'))('and any text is shown as it is', () => {
    const lines = [
      '.SH not a title',
      "'br",
      '\\fBnot bold\\fP \\n(.l \\',
      '`a` ~/b ^c -d "e"',
      'é – “ü” 😀',
      '.',
      "..'",
      '%$#@!*',
      'a\tb',
    ]
    const shown = execFileSync('groff', ['-man', '-ww', '-Tutf8', '-P-cbou'], {
      input: `.TH X 1\n.SH Y\n${example(lines.join('\n'))}`,
      encoding: 'utf8',
    })
    for (const line of lines.slice(0, -1)) expect(shown.split('\n').map((each) => each.trim())).toContain(line)
  })
})
