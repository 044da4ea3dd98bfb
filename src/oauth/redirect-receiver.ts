import { get } from 'node:http'
import type { Clock, Log } from '../core/index.ts'
import type { RedirectPort } from '../protocol/index.ts'
import { portHolder } from './port-holder.ts'
import { type PendingRedirect, RedirectListener } from './redirect-listener.ts'

/** What came of asking for a redirect port. */
export type Listening =
  | { readonly kind: 'listening'; readonly port: number; release(): void }
  | { readonly kind: 'busy'; readonly description: string }

/**
 * Owns the redirect ports. A port is bound only while a login is pending on it, because other tools sign in on the same one.
 * Logins that wait at the same time share it, told apart by their `state`.
 */
export class RedirectReceiver {
  readonly #log: Log
  readonly #clock: Clock
  readonly #listeners = new Map<number, RedirectListener>()
  /** One request at a time, so that two logins that start together do not see each other as a foreign holder of the port. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(log: Log, clock: Clock) {
    this.#log = log
    this.#clock = clock
  }

  /**
   * Waits for a redirect on the first port that can be had. A busy port is asked for with `GET /cancel`, as the official Codex
   * CLI does, then the next one is tried; the last answer names the programs that hold the ports.
   */
  expect(ports: readonly number[], pending: PendingRedirect): Promise<Listening> {
    const listening = this.#turn.then(() => this.#expect(ports, pending))
    this.#turn = listening.catch(() => {})
    return listening
  }

  /** Who has the ports now, in the order given. One that is free is bound for a moment, between two logins and not during one. */
  look(ports: readonly number[]): Promise<readonly RedirectPort[]> {
    const seen = this.#turn.then(async () => {
      const answers: RedirectPort[] = []
      for (const port of ports) answers.push(await this.#look(port))
      return answers
    })
    this.#turn = seen.catch(() => {})
    return seen
  }

  async #look(port: number): Promise<RedirectPort> {
    if (this.#listeners.has(port)) return { port, state: 'waiting' }
    const listener = new RedirectListener(port)
    const failure = await listener.listen()
    const taken = failure === 'EADDRINUSE' || listener.ipv6TakenByOther
    listener.close()
    if (!taken) return failure === undefined ? { port, state: 'free' } : { port, state: 'unusable', reason: failure }
    const holder = await portHolder(port)
    return { port, state: 'held', ...(holder === undefined ? {} : { holder }) }
  }

  async #expect(ports: readonly number[], pending: PendingRedirect): Promise<Listening> {
    const reasons: string[] = []
    for (const port of ports) {
      const claimed = port === 0 ? await this.#claimAny(pending) : ((await this.#claim(port, pending)) ?? port)
      if (typeof claimed === 'number') {
        return { kind: 'listening', port: claimed, release: () => this.#release(claimed, pending) }
      }
      reasons.push(claimed)
    }
    return { kind: 'busy', description: reasons.join(' ') }
  }

  #release(port: number, pending: PendingRedirect): void {
    const listener = this.#listeners.get(port)
    if (listener?.remove(pending.state) !== 0) return
    this.#listeners.delete(port)
    listener.close()
  }

  /** Answers undefined when the login waits on the port, else why it cannot. */
  async #claim(port: number, pending: PendingRedirect): Promise<string | undefined> {
    const first = await this.#listen(port, pending)
    if (first !== 'EADDRINUSE') return first === undefined ? undefined : busyReason(port, first, undefined)
    const holder = await portHolder(port)
    // Where our own listener has the port and only ::1 is foreign, the request would cancel the login that waits here.
    if (!this.#listeners.has(port)) await this.#askToCancel(port)
    const second = await this.#listen(port, pending)
    this.#log.info('redirect port busy', { port, freed: second === undefined })
    return second === undefined ? undefined : busyReason(port, second, holder)
  }

  /** Takes a port that nobody has; the second try is for one that is free on 127.0.0.1 only. Answers the port, or why there is none. */
  async #claimAny(pending: PendingRedirect): Promise<number | string> {
    let failure = ''
    for (let tries = 0; tries < 3; tries += 1) {
      const listener = new RedirectListener(0)
      failure = (await listener.listen()) ?? this.#admit(listener, pending) ?? ''
      if (failure === '') return listener.port
      listener.close()
    }
    return `No port of this computer can be used (${failure}).`
  }

  async #listen(port: number, pending: PendingRedirect): Promise<string | undefined> {
    const known = this.#listeners.get(port)
    const listener = known ?? new RedirectListener(port)
    const failure = known === undefined ? await listener.listen() : undefined
    if (failure !== undefined) return failure
    const refused = this.#admit(listener, pending)
    if (refused !== undefined && known === undefined) listener.close()
    return refused
  }

  #admit(listener: RedirectListener, pending: PendingRedirect): string | undefined {
    // A browser may take ::1 for `localhost`, and the code would go to whoever holds it.
    if (pending.host === 'localhost' && listener.ipv6TakenByOther) return 'EADDRINUSE'
    listener.add(pending)
    this.#listeners.set(listener.port, listener)
    return undefined
  }

  /** Asks whoever holds the port to give up its login; settles after the answer, a refusal or two seconds. */
  #askToCancel(port: number): Promise<void> {
    return new Promise((resolve) => {
      const request = get({ host: '127.0.0.1', port, path: '/cancel', agent: false }, (response) => {
        response.resume()
        // The holder closes its listener after it has answered.
        response.on('close', () => this.#clock.after(200, resolve))
      })
      const cancelTimer = this.#clock.after(2_000, () => request.destroy())
      request.on('close', cancelTimer)
      request.on('error', () => resolve())
    })
  }
}

function busyReason(port: number, code: string, holder: string | undefined): string {
  if (code === 'EADDRINUSE') return `Port ${port} is held by ${holder ?? 'another program'}.`
  if (code === 'EACCES')
    return `Port ${port} is reserved by the system (on Windows: netsh interface ipv4 show excludedportrange tcp).`
  return `Port ${port} cannot be used (${code}).`
}
