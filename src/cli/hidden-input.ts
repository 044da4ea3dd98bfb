import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'

export interface Terminal {
  readonly stdin: NodeJS.ReadStream
  readonly stderr: NodeJS.WriteStream
  /** Ends this process as Ctrl-C does, once the terminal is as it was. */
  interrupt(): void
}

/** All of a pipe; undefined when there are more than `longest` characters. One trailing line break is not a part of it. */
export async function readPipe(stdin: NodeJS.ReadStream, longest: number): Promise<string | undefined> {
  let text = ''
  for await (const chunk of stdin.setEncoding('utf8')) {
    text += chunk
    // A line break may follow.
    if (text.length > longest + 2) return undefined
  }
  return text.replace(/\r?\n$/, '')
}

/**
 * One line per prompt, of which the terminal shows nothing: readline edits the line, and what it would show goes nowhere. Undefined when
 * the input ends before.
 */
export function readHidden(
  { stdin, stderr, interrupt }: Terminal,
  prompts: readonly string[],
): Promise<readonly string[] | undefined> {
  const output = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: stdin, output, terminal: true, historySize: 0 })
  const given: string[] = []
  stderr.write(prompts[0] ?? '')
  return new Promise((resolve) => {
    lines.on('line', (line) => {
      given.push(line)
      stderr.write(`\n${prompts[given.length] ?? ''}`)
      if (given.length === prompts.length) lines.close()
    })
    lines.once('SIGINT', () => {
      // Closing gives the terminal its echo back; the promise stays open, because the process ends here.
      lines.removeAllListeners('close').close()
      stderr.write('\n')
      interrupt()
    })
    lines.once('close', () => {
      if (given.length === prompts.length) return resolve(given)
      stderr.write('\n')
      resolve(undefined)
    })
  })
}

/** Asks a question whose answer may be seen; the empty text when the input ends. */
export async function askLine({ stdin, stderr }: Pick<Terminal, 'stdin' | 'stderr'>, question: string): Promise<string> {
  const lines = createInterface({ input: stdin })
  stderr.write(question)
  const answer = await new Promise<string>((resolve) => {
    lines.once('line', resolve)
    lines.once('close', () => resolve(''))
  })
  lines.close()
  return answer.trim()
}
