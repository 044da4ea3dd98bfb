import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { type Caller, selectorName } from '../protocol/index.ts'
import type { ClientProofs, ProvenProcess } from './client-proof.ts'

/** Names that are remembered; a program that makes names up must not fill the memory. */
const mostNames = 1_024

/**
 * Who sends a request, as far as it can be known. Requests of one client get one object, so that the path of a token makes none
 * and the ledger sees at a glance that nothing has changed.
 */
export class Callers {
  readonly #proofs: ClientProofs
  readonly #claimed = new Map<unknown, Caller>()
  /** The latest caller of a connection that was proven, with what it was made of. */
  readonly #proven = new WeakMap<Socket, { readonly said: unknown; readonly process: ProvenProcess; readonly caller: Caller }>()

  constructor(proofs: ClientProofs) {
    this.#proofs = proofs
  }

  of({ headers, socket }: IncomingMessage): Caller {
    const said = headers['tokentray-client']
    const answer = headers['tokentray-client-proof']
    if (answer !== undefined) this.#proofs.check(socket, answer)
    return this.#provenCaller(socket, said) ?? this.#claimedCaller(said)
  }

  #claimedCaller(said: unknown): Caller {
    const known = this.#claimed.get(said)
    if (known !== undefined) return known
    if (!isName(said)) return unnamed
    const caller: Caller = Object.freeze({ name: said.toLowerCase(), proof: 'claimed' })
    if (this.#claimed.size >= mostNames) this.#claimed.clear()
    this.#claimed.set(said, caller)
    return caller
  }

  #provenCaller(socket: Socket, said: unknown): Caller | undefined {
    const process = this.#proofs.of(socket)
    if (process === undefined) return undefined
    const known = this.#proven.get(socket)
    if (known?.said === said && known?.process === process) return known?.caller
    const name = isName(said) ? said.toLowerCase() : unnamed.name
    const caller: Caller = Object.freeze({ name, proof: 'proven', ...process })
    this.#proven.set(socket, { said, process, caller })
    return caller
  }
}

/** A name that is none counts as no name. */
const isName = (said: unknown): said is string => typeof said === 'string' && selectorName.test(said)

const unnamed: Caller = Object.freeze({ name: 'unnamed', proof: 'claimed' })
