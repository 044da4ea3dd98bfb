// A command on a pseudo-terminal, through the `script` of util-linux, which every Linux has: Node itself cannot open one.
import { execFileSync, spawn } from 'node:child_process'
import { type Environment, program, until } from '../daemon/running-daemon.ts'

export interface OnTerminal {
  /** What the terminal shows. */
  shown(): string
  /** Waits until the terminal shows this for the first time after the last wait. */
  until(pattern: RegExp): Promise<void>
  type(text: string): void
  /** The exit code as a shell sees it, 130 after Ctrl-C. */
  readonly ended: Promise<number | null>
}

export function hasTerminals(): boolean {
  try {
    return execFileSync('script', ['--version'], { encoding: 'utf8' }).includes('util-linux')
  } catch {
    return false
  }
}

/** A `tokentray` command; or the line of a shell, which may start one later. */
export function startOnTerminal(words: readonly string[] | string, env: Environment): OnTerminal {
  const quoted = (args: readonly string[]) => [process.execPath, program, ...args].map((part) => `'${part}'`).join(' ')
  const command = typeof words === 'string' ? words : quoted(words)
  const known = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined)) as NodeJS.ProcessEnv
  const child = spawn('script', ['-qefc', command, '/dev/null'], { env: { ...known, SHELL: '/bin/sh' } })
  let shown = ''
  let seen = 0
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text
  })
  child.stdin.on('error', () => {})
  return {
    shown: () => shown,
    until: async (pattern) => {
      await until(`${pattern} on the terminal`, () => {
        const at = shown.slice(seen).search(pattern)
        if (at < 0) return false
        seen = shown.length
        return true
      })
    },
    type: (text) => child.stdin.write(text),
    ended: new Promise((resolve) => child.once('close', resolve)),
  }
}
