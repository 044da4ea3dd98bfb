import { randomBytes } from 'node:crypto'
import { chmod, lstat, mkdir, rm } from 'node:fs/promises'
import type { Server, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { type Broker, type Clock, type Log, toEpochSeconds } from '../core/index.ts'
import {
  BrokerError,
  type Caller,
  type CreateShareRequest,
  type HealthResponse,
  type Share,
  type ShareEnd,
  socketPathLimit,
} from '../protocol/index.ts'
import { holdStream } from './hold-stream.ts'
import { shareLane } from './share-lane.ts'
import { openSocket } from './socket-server.ts'

/** Shares at a time: each of them has a socket, which a program in a loop must not make without end. */
const mostShares = 64

/** How long a share waits for its holder, and how often the wall clock is looked at. Milliseconds. */
const patience = 10_000
const look = 30_000

export interface SharesContext {
  /** The token socket; the sockets of the shares lie in a folder beside it. */
  readonly socket: string
  readonly broker: Broker
  readonly clock: Clock
  readonly health: HealthResponse
  readonly log: Log
}

/** A share that is there, with what it has to give back. */
interface OpenShare {
  share: Share
  readonly endsAt: number
  server: Server | undefined
  holder: ((reason: ShareEnd) => void) | undefined
  stopTimer: () => void
}

/**
 * The sockets that are made to be forwarded. A share has exactly one way to live, its hold, and every way to end: time, revocation,
 * sign-out, the end of its holder and of the broker. Nothing of it is written down, so that none is there after a restart.
 */
export class Shares {
  readonly #context: SharesContext
  readonly #folder: string
  readonly #open = new Map<string, OpenShare>()
  #unsubscribe: (() => void) | undefined
  #prepared: Promise<void> | undefined
  #stopped = false

  constructor(context: SharesContext) {
    this.#context = context
    this.#folder = `${context.socket}.shares`
  }

  list(): readonly Share[] {
    return [...this.#open.values()].filter(({ server }) => server !== undefined).map(({ share }) => share)
  }

  /** Throws `invalid_request` or `unknown_account` for accounts, `temporarily_unavailable`, `socket_unusable`, `not_found` on Windows. */
  async create({ accounts, name, for: seconds }: CreateShareRequest): Promise<Share> {
    const { broker, clock } = this.#context
    this.#requirePlace()
    const ids = [...new Set(accounts.map((selector) => broker.accounts.idOf(selector)))]
    const id = randomBytes(6).toString('hex')
    const socket = this.#pathOf(id)
    const endsAt = clock.now() + seconds * 1000
    const share: Share = { id, name: name.toLowerCase(), socket, accounts: ids, expires_at: toEpochSeconds(endsAt) }
    const open: OpenShare = { share, endsAt, server: undefined, holder: undefined, stopTimer: () => {} }
    this.#open.set(id, open)
    this.#watchAccounts()
    try {
      await this.#prepareFolder()
      const server = await openSocket(
        socket,
        shareLane(this.#context, callerOf(share), () => this.#current(id)),
      )
      if (this.#open.get(id) !== open) {
        server.close()
        throw unknownShare()
      }
      open.server = server
    } catch (error) {
      this.#open.delete(id)
      throw error
    }
    open.stopTimer = clock.after(Math.min(patience, seconds * 1000), () => this.#end(id, 'let_go'))
    this.#context.log.info('share made', { share: id, client: share.name, accounts: ids.length })
    return open.share
  }

  /** Streams until the share ends, and ends the share with the stream. Throws `unknown_share`, or `invalid_request` for a second holder. */
  hold(id: string, response: ServerResponse): void {
    const open = this.#find(id)
    if (open.holder !== undefined) {
      throw new BrokerError('invalid_request', 'This share has its holder already.', { fix: 'Make a share of your own.' })
    }
    open.stopTimer()
    this.#tick(id, open)
    response.once('close', () => this.#end(id, 'let_go'))
    open.holder = holdStream(response, open.share, this.#context.clock)
  }

  /** Throws `unknown_share`. */
  revoke(id: string): Share {
    const { share } = this.#find(id)
    this.#end(id, 'revoked')
    return share
  }

  /** Ends all of them; none can be made after that. */
  async stop(): Promise<void> {
    this.#stopped = true
    for (const id of [...this.#open.keys()]) this.#end(id, 'broker_stopped')
    if (this.#prepared !== undefined) await rm(this.#folder, { recursive: true, force: true }).catch(() => {})
  }

  #requirePlace(): void {
    if (process.platform === 'win32') throw new BrokerError('not_found', 'Shares are not there on Windows yet.')
    if (this.#stopped) throw new BrokerError('temporarily_unavailable', 'The broker ends.')
    if (this.#open.size < mostShares) return
    throw new BrokerError('temporarily_unavailable', `${mostShares} shares are there already.`, {
      fix: 'End some of them with `tokentray shares end`.',
    })
  }

  /** In a long path Node would make another socket than was asked for, without a word. */
  #pathOf(id: string): string {
    const path = join(this.#folder, `${id}.sock`)
    const bytes = Buffer.byteLength(path)
    if (bytes <= socketPathLimit) return path
    throw new BrokerError(
      'socket_unusable',
      `The socket of a share would be ${bytes} bytes long; ${socketPathLimit} is the limit.`,
      {
        fix: 'Set TOKENTRAY_SOCKET to a shorter path, and start TokenTray again.',
      },
    )
  }

  /** The share for a request on its socket. The clock is asked as well: a timer does not run while the machine sleeps. */
  #current(id: string): Share {
    const open = this.#open.get(id)
    if (open !== undefined && this.#context.clock.now() < open.endsAt) return open.share
    throw new BrokerError('client_denied', 'The time of this share is over.', { fix: 'Make a new one with `tokentray ssh`.' })
  }

  #tick(id: string, open: OpenShare): void {
    const { clock } = this.#context
    const left = open.endsAt - clock.now()
    if (left <= 0) this.#end(id, 'time_over')
    else open.stopTimer = clock.after(Math.min(left, look), () => this.#tick(id, open))
  }

  #find(id: string): OpenShare {
    const open = this.#open.get(id)
    if (open?.server === undefined) throw unknownShare()
    return open
  }

  #end(id: string, reason: ShareEnd): void {
    const open = this.#open.get(id)
    if (open === undefined) return
    this.#open.delete(id)
    open.stopTimer()
    open.server?.close()
    // Who is connected, also through a forwarded socket, is cut off in this turn, whatever they wait for.
    open.server?.closeAllConnections()
    open.holder?.(reason)
    if (this.#open.size === 0) this.#unwatchAccounts()
    this.#context.log.info('share ended', { share: id, client: open.share.name, reason })
  }

  /** An account that was signed out is shared no more, also when the same person signs in again. */
  #watchAccounts(): void {
    this.#unsubscribe ??= this.#context.broker.subscribe(({ accounts }) => {
      const there = new Set(accounts.map(({ id }) => id))
      for (const [id, open] of this.#open) {
        const left = open.share.accounts.filter((account) => there.has(account))
        if (left.length === open.share.accounts.length) continue
        open.share = { ...open.share, accounts: left }
        if (left.length === 0) this.#end(id, 'signed_out')
      }
    })
  }

  #unwatchAccounts(): void {
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
  }

  /** The folder, private and without the sockets of a broker that was killed. */
  #prepareFolder(): Promise<void> {
    this.#prepared ??= emptyPrivateFolder(this.#folder).catch((error: Error) => {
      this.#prepared = undefined
      throw new BrokerError('socket_unusable', `The folder for shares cannot be made (${error.message}).`, {
        fix: `Remove ${this.#folder}, or set TOKENTRAY_SOCKET to a path in a folder of your own.`,
      })
    })
    return this.#prepared
  }
}

async function emptyPrivateFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { mode: 0o700 })
  const facts = await lstat(folder)
  if (!facts.isDirectory() || facts.uid !== process.getuid?.()) throw new Error('it is not ours')
  // A mask of the process may have taken bits away that the owner needs.
  await chmod(folder, 0o700)
}

/** One object, so that equal lines of the ledger are one. */
const callerOf = ({ name }: Share): Caller => Object.freeze({ name, proof: 'claimed' })

const unknownShare = () => new BrokerError('unknown_share', 'There is no such share.')
