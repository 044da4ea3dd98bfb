// A program that speaks a line of JSON at a time on its standard input and output, as editors run them, for a conversation of many turns.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { join } from 'node:path'
import { until } from '../daemon/running-daemon.ts'
import type { Person } from './person.ts'
import { type ClientName, endWithTests, programFolder } from './programs.ts'

export type Message = Readonly<Record<string, unknown>>

export class LineProgram {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #heard: Message[] = []

  constructor({ env, home }: Person, client: ClientName, args: readonly string[], more: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(join(programFolder, '.bin', client), args, { env: { ...env, ...more }, cwd: home })
    endWithTests(this.#child)
    this.#child.stdin.on('error', () => {})
    this.#child.stderr.resume()
    let rest = ''
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      this.#heard.push(...lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Message))
    })
  }

  say(message: Message): void {
    this.#child.stdin.write(`${JSON.stringify(message)}\n`)
  }

  /** How many lines it has said. */
  get heard(): number {
    return this.#heard.length
  }

  /** The first line of it, after so many others, that is like this. */
  next(what: string, like: (message: Message) => boolean, after = 0): Promise<Message> {
    return until(what, () => {
      if (this.#child.exitCode !== null) throw new Error(`it ended before: ${JSON.stringify(this.#heard.at(-1))}`)
      return this.#heard.slice(after).find(like)
    })
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const closed = new Promise((resolve) => this.#child.once('close', resolve))
    this.#child.kill()
    await closed
  }
}
