// Whatever a value holds, a real shell has to read it back as it was.
import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Shell, setLine, shellOf, shells, unsetLine } from '../../src/cli/shell-lines.ts'
import { BrokerError } from '../../src/protocol/index.ts'
import { propertyTimeout, roundTripRuns } from '../support/property-runs.ts'

/** How each shell is started with a script, and how the script prints a variable. */
const real: Readonly<Record<Shell, { readonly command: readonly string[]; readonly print: (name: string) => string }>> = {
  sh: { command: ['sh', '-c'], print: (name) => `printf '%s\\0' "$${name}"` },
  fish: { command: ['fish', '--no-config', '-c'], print: (name) => `printf '%s\\0' $${name}` },
  powershell: { command: ['pwsh', '-NoProfile', '-Command'], print: (name) => `[Console]::Write($env:${name} + [char]0)` },
}

function isInstalled(shell: Shell): boolean {
  try {
    execFileSync(real[shell].command[0] ?? '', ['--version'], { stdio: 'ignore' })
    return true
  } catch (error) {
    // `sh` knows no `--version` everywhere, and is there everywhere.
    return shell === 'sh' || (error as NodeJS.ErrnoException).code !== 'ENOENT'
  }
}

const hostile = fc.constantFrom(
  "'",
  '"',
  '\\',
  "'\\''",
  '$(touch /tmp/never)',
  '`touch /tmp/never`',
  '\n',
  '\r\n',
  '; exit 9;',
  '$HOME',
  '!',
  '*',
  '%PATH%',
  '\u2018',
  '\u2019',
  '\u201a',
  '\u201b',
  '#',
  '&&',
  '--',
  ' ',
  '\t',
)
/** Everything that a variable can hold: no null character, and no half of a character. */
const value = fc
  .array(fc.oneof(hostile, fc.string({ unit: 'grapheme', maxLength: 8 })), { maxLength: 8 })
  .map((parts) => parts.join('').replaceAll('\0', ''))
/** Many at a time, because a shell takes some milliseconds to start. */
const values = fc.array(value, { minLength: 1, maxLength: 100 })

function readBack(shell: Shell, all: readonly string[]): string[] {
  const { command, print } = real[shell]
  const script = all.map((each, place) => `${setLine(shell, `V${place}`, each)}${print(`V${place}`)}\n`).join('')
  const [file = '', ...args] = command
  return execFileSync(file, [...args, script], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1)
}

describe.for(shells)('lines for %s', (shell) => {
  test.runIf(isInstalled(shell))(
    'set a variable to what it was, whatever it was',
    () => {
      fc.assert(
        fc.property(values, (all) => {
          expect(readBack(shell, all)).toEqual(all)
        }),
        { numRuns: Math.ceil(roundTripRuns / 20) },
      )
    },
    propertyTimeout,
  )

  test('are one line each for a value that has one, and name the variable', () => {
    expect(setLine(shell, 'NAME', 'a b')).toMatch(/^[^\n]*NAME[^\n]*'a b'\n$/)
    expect(unsetLine(shell, 'NAME')).toMatch(/^[^\n]*NAME\n$/)
  })
})

test('quotes that only PowerShell takes for quotes are doubled there', () => {
  expect(setLine('powershell', 'A', "x'\u2019y")).toBe("$env:A = 'x''\u2019\u2019y'\n")
  expect(setLine('fish', 'A', "x'\\y")).toBe("set -gx A 'x\\'\\\\y'\n")
})

test.for([
  ['/bin/bash', 'linux', 'sh'],
  ['/usr/bin/zsh', 'darwin', 'sh'],
  ['/usr/local/bin/fish', 'darwin', 'fish'],
  ['/usr/bin/pwsh', 'linux', 'powershell'],
  ['C:\\Program Files\\Git\\usr\\bin\\bash.exe', 'win32', 'sh'],
  [undefined, 'win32', 'powershell'],
  [undefined, 'linux', 'sh'],
  ['', 'linux', 'sh'],
] as const)('the shell of SHELL=%s on %s is %s', ([SHELL, platform, shell]) => {
  expect(shellOf({ SHELL }, platform)).toBe(shell)
})

test.for(['/bin/tcsh', '/usr/bin/nu', 'elvish'])('for %s there are no lines', (SHELL) => {
  expect(() => shellOf({ SHELL }, 'linux')).toThrow(BrokerError)
  expect(() => shellOf({ SHELL }, 'linux')).toThrow(/no lines for the shell/)
})
