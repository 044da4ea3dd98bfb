import { expect } from 'vitest'
import { LineProgram, type Message } from './line-program.ts'
import type { Person } from './person.ts'

/** `codex app-server`, which is JSON-RPC. */
export class CodexServer {
  readonly #program: LineProgram
  #lastId = 0

  constructor(person: Person, more: Readonly<Record<string, string>> = {}) {
    this.#program = new LineProgram(person, 'codex', ['app-server'], more)
  }

  async initialize(): Promise<void> {
    await this.call('initialize', { clientInfo: { name: 'test', title: 'Test', version: '1' }, capabilities: {} })
  }

  async call(method: string, params: object): Promise<Message> {
    this.#lastId += 1
    const id = this.#lastId
    this.#program.say({ jsonrpc: '2.0', id, method, params })
    const answer = await this.#program.next(`the answer to ${method}`, (message) => message.id === id)
    expect(answer).toHaveProperty('result')
    return answer.result as Message
  }

  /** The parameters of the first notification of this name, after so many lines. */
  async told(method: string, after = 0): Promise<Message> {
    return (await this.#program.next(method, (message) => message.method === method, after)).params as Message
  }

  get heard(): number {
    return this.#program.heard
  }

  end(): Promise<void> {
    return this.#program.end()
  }
}
