import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readBashLine, unquoted } from '../../../src/cli/completion/shell-line.ts'
import { propertyRuns } from '../../support/property-runs.ts'

const usualBreaks = ' \t\n"\'@><=;|&(:'

describe('a line of bash', () => {
  test.each([
    ['tokentray ', { before: [], current: '', kept: '' }],
    ['tokentray  token  a', { before: ['token'], current: 'a', kept: '' }],
    ['tokentray token a ', { before: ['token', 'a'], current: '', kept: '' }],
    ['tokentray token a:b', { before: ['token'], current: 'a:b', kept: 'a:' }],
    ['tokentray token a:b:c', { before: ['token'], current: 'a:b:c', kept: 'a:b:' }],
    ['tokentray x --set A=b:c', { before: ['x', '--set'], current: 'A=b:c', kept: 'A=b:' }],
    ['tokentray token "a:b', { before: ['token'], current: 'a:b', kept: '' }],
    ['tokentray token a:"b', { before: ['token'], current: 'a:b', kept: 'a:' }],
    ["tokentray token a:'b:c", { before: ['token'], current: 'a:b:c', kept: 'a:' }],
    ["tokentray token 'a b' c", { before: ['token', 'a b'], current: 'c', kept: '' }],
    ['tokentray token a\\:b', { before: ['token'], current: 'a:b', kept: '' }],
    ['tokentray token "a\\"b', { before: ['token'], current: 'a"b', kept: '' }],
    ['tokentray token \'\' "" c', { before: ['token', '', ''], current: 'c', kept: '' }],
    ['tokentray token a\\', { before: ['token'], current: 'a', kept: '' }],
    ['tokentray token é:ü', { before: ['token'], current: 'é:ü', kept: 'é:' }],
  ])('%s', (line, read) => {
    expect(readBashLine(line, usualBreaks)).toEqual(read)
  })

  test('without breaks, the word is replaced as a whole', () => {
    expect(readBashLine('tokentray token a:b', '').kept).toBe('')
  })

  test('whatever is typed, it is read, and what is kept is the beginning of the word', () => {
    const signs = fc.constantFrom('a', ':', '=', ' ', '"', "'", '\\', '$', '`', '\t', '-', 'é')
    fc.assert(
      fc.property(fc.array(signs, { maxLength: 40 }), (typed) => {
        const { current, kept } = readBashLine(`tokentray ${typed.join('')}`, usualBreaks)
        expect(current.startsWith(kept)).toBe(true)
      }),
      { numRuns: propertyRuns },
    )
  })

  test('is read as bash itself reads it', () => {
    const parts = fc.constantFrom(
      'a',
      'b:c',
      '\\ ',
      "'d e'",
      '"f g"',
      "''",
      '\\"',
      "'\"'",
      '"\'"',
      '"\\\\"',
      '"\\a"',
      '\\\\',
      '=',
      '"x"y',
      ' ',
    )
    const lines = fc.sample(fc.array(parts, { minLength: 1, maxLength: 8 }), 300).map((line) => line.join(''))
    // Each line as an array of its own, so that one bash reads all of them.
    const script = lines.map((line) => `w=(${line} END); printf '%s\\0' "\${#w[@]}" "\${w[@]}"`).join('\n')
    const said = execFileSync('bash', ['-fc', script], { encoding: 'utf8' }).split('\0')
    for (const line of lines) {
      const words = said.splice(0, 1 + Number(said[0])).slice(1, -1)
      expect(readBashLine(`tokentray ${line} END`, usualBreaks).before, line).toEqual(words)
    }
  })
})

test('a word of a shell that finds the words itself loses its quotes', () => {
  expect(['', 'a:b', '"a:b', "'a", 'a\\:b', '"a b"'].map(unquoted)).toEqual(['', 'a:b', 'a:b', 'a', 'a:b', 'a b'])
})
