import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { askingProcess } from '../../src/cli/asking-process.ts'

/** A /proc with these processes: what each was started as, and its parent. */
function procOf(
  processes: Readonly<Record<number, { readonly words: readonly string[]; readonly parent: number; readonly name?: string }>>,
) {
  return (path: string): string => {
    const [, pid = '', file] = /^\/proc\/(\d+)\/(cmdline|stat)$/.exec(path) ?? []
    const found = processes[Number(pid)]
    if (found === undefined) throw new Error(`ENOENT ${path}`)
    if (file === 'cmdline') return `${found.words.join('\0')}\0`
    return `${pid} (${found.name ?? 'sh'}) S ${found.parent} 1 1 0 -1 4194304 88 0 0 0`
  }
}

describe('who a token is printed for', () => {
  const shell = (...words: string[]) => ({ words, parent: 7 })

  test.each([
    ['a program', { words: ['/usr/bin/codex', 'exec'], parent: 7 }],
    ['a program with an option that looks like that of a shell', { words: ['/usr/bin/tool', '-c', 'x'], parent: 7 }],
    ['a shell in which a person types', shell('bash')],
    ['the shell of a login', shell('-zsh')],
    ['a script', shell('/bin/sh', 'work.sh', '-c')],
    ['a process without words, as one of the kernel or one that has just ended', shell()],
  ])('is whoever started the command: %s', (_, facts) => {
    expect(askingProcess(9, procOf({ 9: facts, 7: { words: ['other'], parent: 1 } }))).toBe(9)
  })

  test.each([
    ['sh', shell('/bin/sh', '-c', 'tokentray token anthropic')],
    ['the shell of a user', shell('/usr/local/bin/zsh', '-lc', 'tokentray token anthropic')],
    ['bash with options', shell('bash', '--norc', '-c', 'tokentray token anthropic')],
    ['one whose name tells lies', { ...shell('sh', '-c', 'x'), name: 'a) S 3 (b' }],
  ])('is not the shell that was made for the command: %s', (_, facts) => {
    expect(askingProcess(9, procOf({ 9: facts, 7: { words: ['claude'], parent: 1 } }))).toBe(7)
  })

  test('is found behind a few shells, and not searched for without end', () => {
    const nested = (pid: number) => ({ words: ['sh', '-c', 'x'], parent: pid + 1 })
    const few = procOf({ 2: nested(2), 3: nested(3), 4: { words: ['pi'], parent: 1 } })
    expect(askingProcess(2, few)).toBe(4)
    const endless = procOf(Object.fromEntries(Array.from({ length: 50 }, (_, index) => [index + 2, nested(index + 2)])))
    expect(askingProcess(2, endless)).toBe(6)
  })

  test.each([
    ['where there is no /proc', 9, procOf({}), 9],
    ['where the program is the first process of a container', 9, procOf({ 9: { words: ['sh', '-c', 'x'], parent: 1 } }), 1],
    ['where the program is outside of the container', 0, procOf({}), undefined],
  ])('is as much as is known, %s', (_, parent, read, expected) => {
    expect(askingProcess(parent, read)).toBe(expected)
  })

  test.each(['', '9 (sh) S', '9 (sh) S x 1', '9 (sh) S -1 1'])(
    'is whoever started it, where the system tells nonsense: %j',
    (stat) => {
      const read = (path: string) => (path.endsWith('stat') ? stat : 'sh\0-c\0x\0')
      expect(askingProcess(9, read)).toBe(9)
    },
  )
})

test.skipIf(process.platform !== 'linux')('on a real system, it is found behind a real shell', async () => {
  // Two commands, so that no shell becomes the second one.
  const shell = spawn('/bin/sh', ['-c', 'echo; read line; true'])
  const other = spawn('cat')
  try {
    await once(shell.stdout, 'data')
    expect(askingProcess(shell.pid)).toBe(process.pid)
    expect(askingProcess(other.pid)).toBe(other.pid)
  } finally {
    shell.stdin.end()
    other.stdin.end()
  }
})
