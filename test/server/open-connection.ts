// One connection to the token socket that is kept open, which a proof is bound to.
import { closeSync, openSync } from 'node:fs'
import { Agent, request } from 'node:http'
import type { Caller, LedgerEntry } from '../../src/protocol/index.ts'
import type { RunningDaemon } from '../daemon/running-daemon.ts'

/** Requests under one name share a line of the ledger, so that each gets a name of its own. */
let names = 0

export class OpenConnection {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })
  readonly #socketPath: string
  readonly #files: number[] = []

  constructor(socketPath: string) {
    this.#socketPath = socketPath
  }

  ask(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const options = {
        socketPath: this.#socketPath,
        path,
        method,
        agent: this.#agent,
        headers: { host: 'localhost', ...headers },
      }
      const call = request(options, async (response) => {
        resolve({ status: response.statusCode ?? 0, text: (await response.toArray()).join('') })
      })
      call.on('error', reject)
      call.end()
    })
  }

  /** Asks for a proof; answers the path of the file. */
  async begin(): Promise<string> {
    const { text } = await this.ask('/v1/proof', {}, 'POST')
    return (JSON.parse(text) as { path: string }).path
  }

  /** Opens a file, and keeps it open; answers the descriptor. */
  open(path: string): number {
    const file = openSync(path, 'r')
    this.#files.push(file)
    return file
  }

  /** Asks for a token, with this answer in the header of the proof, and by default under a new name; answers who got it. */
  async token(daemon: RunningDaemon, answer?: string, name?: string): Promise<Caller | undefined> {
    names += 1
    const client = name ?? `client-${names}`
    const proof = answer === undefined ? {} : { 'tokentray-client-proof': answer }
    const { status, text } = await this.ask('/v1/token/practice', { 'tokentray-client': client, ...proof })
    if (status !== 200) throw new Error(text)
    return callerNamed(daemon, client)
  }

  close(): void {
    this.#agent.destroy()
    for (const file of this.#files) closeSync(file)
    this.#files.length = 0
  }
}

export async function ledgerOf(daemon: RunningDaemon, query = ''): Promise<readonly LedgerEntry[]> {
  return (await daemon.ask(`/v1/ledger${query}`)).json?.entries as LedgerEntry[]
}

/** Who got the latest token under this name. */
export async function callerNamed(daemon: RunningDaemon, client: string): Promise<Caller | undefined> {
  return (await ledgerOf(daemon, `?limit=1&client=${client}`))[0]?.caller
}
