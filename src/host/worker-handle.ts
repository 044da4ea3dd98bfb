import { Worker } from 'node:worker_threads'
import { assertNever } from '../core/index.ts'
import { BrokerError, type BrokerSnapshot, errorFromResponse } from '../protocol/index.ts'
import type { HostCommandName, HostCommands, HostFacts, HostHandle, Stopped } from './handle.ts'
import type { HostOptions } from './host.ts'
import type { FromWorker, ToWorker } from './worker-messages.ts'

/**
 * How large the part of the worker's heap may become that V8 puts new objects in. A broker keeps none of what it makes for a
 * request, so that it is served as fast by this as by the usual 48, which are never given back. Megabytes.
 */
const youngGeneration = 3

/** Starts the host in a worker thread and settles when it is ready; rejects with the BrokerError it failed with. */
export async function startHostInWorker(workerFile: URL | string, options: HostOptions): Promise<HostHandle> {
  const worker = new Worker(workerFile, {
    workerData: { env: { ...options.env }, host: options.host },
    name: 'tokentray-host',
    resourceLimits: { maxYoungGenerationSizeMb: youngGeneration },
  })
  const link = new WorkerLink(worker)
  await link.ready
  return link
}

/** The app's end of the message port. */
class WorkerLink implements HostHandle {
  readonly ready: Promise<void>
  readonly #worker: Worker
  readonly #questions = new Map<number, { resolve(value: never): void; reject(error: BrokerError): void }>()
  readonly #snapshotListeners = new Set<(snapshot: BrokerSnapshot) => void>()
  readonly #exitListeners = new Set<(reason: string) => void>()
  readonly #stopped: Promise<Stopped>
  #settleStopped: (how: Stopped) => void = () => {}
  #facts: HostFacts | undefined
  #snapshot: BrokerSnapshot | undefined
  #stopping = false
  #nextId = 1
  #settleReady: { resolve(): void; reject(error: BrokerError): void } = { resolve: () => {}, reject: () => {} }

  constructor(worker: Worker) {
    this.#worker = worker
    this.ready = new Promise((resolve, reject) => {
      this.#settleReady = { resolve, reject }
    })
    worker.on('message', (message: FromWorker) => this.#receive(message))
    worker.on('error', (error) => this.#ended(error.message))
    this.#stopped = new Promise((resolve) => {
      this.#settleStopped = resolve
    })
    worker.on('exit', (code) => {
      this.#ended(`it ended with code ${code}`)
      this.#settleStopped('ended')
    })
  }

  get facts(): HostFacts {
    return known(this.#facts)
  }

  snapshot(): BrokerSnapshot {
    return known(this.#snapshot)
  }

  onSnapshot(listener: (snapshot: BrokerSnapshot) => void): () => void {
    this.#snapshotListeners.add(listener)
    return () => this.#snapshotListeners.delete(listener)
  }

  onExit(listener: (reason: string) => void): void {
    this.#exitListeners.add(listener)
  }

  ask<Name extends HostCommandName>(name: Name, value: HostCommands[Name]['ask']): Promise<HostCommands[Name]['answer']> {
    return new Promise((resolve, reject) => {
      const id = this.#nextId++
      this.#questions.set(id, { resolve, reject })
      this.#send({ kind: 'ask', id, name, value })
    })
  }

  stop(): Promise<Stopped> {
    this.#stopping = true
    this.#send({ kind: 'stop' })
    return this.#stopped
  }

  #send(message: ToWorker): void {
    this.#worker.postMessage(message)
  }

  #receive(message: FromWorker): void {
    switch (message.kind) {
      case 'ready':
        this.#facts = message.facts
        this.#snapshot = message.snapshot
        this.#settleReady.resolve()
        return
      case 'failed':
        this.#stopping = true
        void this.#worker.terminate()
        this.#settleReady.reject(errorFromResponse(message.error))
        return
      case 'snapshot':
        this.#snapshot = message.snapshot
        for (const listener of this.#snapshotListeners) listener(message.snapshot)
        return
      case 'answer':
        this.#take(message.id)?.resolve(message.value as never)
        return
      case 'refusal':
        this.#take(message.id)?.reject(errorFromResponse(message.error))
        return
      case 'stopped':
        if (message.how === 'held') this.#settleStopped('held')
        void this.#worker.terminate()
        return
      default:
        assertNever(message)
    }
  }

  #take(id: number) {
    const question = this.#questions.get(id)
    this.#questions.delete(id)
    return question
  }

  #ended(reason: string): void {
    const error = new BrokerError('internal_error', `The broker of the app ended: ${reason}.`)
    this.#settleReady.reject(error)
    for (const { reject } of this.#questions.values()) reject(error)
    this.#questions.clear()
    if (this.#stopping) return
    this.#stopping = true
    for (const listener of this.#exitListeners) listener(reason)
  }
}

function known<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new TypeError('the host is not ready yet')
  return value
}
