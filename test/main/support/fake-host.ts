import type { HostCommandName, HostHandle, Stopped } from '../../../src/host/handle.ts'
import type { BrokerSnapshot } from '../../../src/protocol/index.ts'

/** One question that was put to the host. */
export interface HostAsked {
  readonly name: HostCommandName
  readonly value: unknown
}

/** A host whose snapshots, answers and end are the test's. */
export class FakeHost implements HostHandle {
  readonly facts = { socket: '/run/agent.sock', home: '/home', version: '0.0.0' }
  readonly asked: HostAsked[] = []
  readonly answers = new Map<HostCommandName, (value: never) => unknown>()
  stops = 0
  #snapshot: BrokerSnapshot
  #onSnapshot: (snapshot: BrokerSnapshot) => void = () => {}
  #onExit: (reason: string) => void = () => {}

  constructor(snapshot: BrokerSnapshot) {
    this.#snapshot = snapshot
  }

  snapshot(): BrokerSnapshot {
    return this.#snapshot
  }

  onSnapshot(listener: (snapshot: BrokerSnapshot) => void): () => void {
    this.#onSnapshot = listener
    return () => {}
  }

  onExit(listener: (reason: string) => void): void {
    this.#onExit = listener
  }

  async ask(name: HostCommandName, value: unknown): Promise<never> {
    this.asked.push({ name, value })
    return (await this.answers.get(name)?.(value as never)) as never
  }

  async stop(): Promise<Stopped> {
    this.stops += 1
    return 'held'
  }

  show(snapshot: BrokerSnapshot): void {
    this.#snapshot = snapshot
    this.#onSnapshot(snapshot)
  }

  end(reason: string): void {
    this.#onExit(reason)
  }
}
