import { timingSafeEqual } from 'node:crypto'
import type { Clock } from '../core/index.ts'
import { type KeyAnswer, type KeyStore, keyLength } from './key-store.ts'
import {
  keychainFault,
  libraryFault,
  lockedFault,
  malformedKeyFault,
  restartedFault,
  unreliableFault,
  waitingFault,
} from './keychain-fault.ts'
import { isKeychainUnlocked } from './keychain-lock.ts'
import { keytarInNewProcess } from './keychain-process.ts'

/**
 * The three calls of keytar that are used. `findCredentials` and `findPassword` must never be: on a locked keyring whose prompt
 * is dismissed they crash the process (atom/node-keytar#477).
 */
export interface Keytar {
  getPassword(service: string, account: string): Promise<string | null>
  setPassword(service: string, account: string, password: string): Promise<void>
  deletePassword(service: string, account: string): Promise<boolean>
}

export interface KeychainOptions {
  readonly clock: Clock
  /** Milliseconds after which a call counts as waiting for the person. */
  readonly patience?: number
  readonly load?: () => Promise<Keytar>
  /** A keytar that has met no keychain service yet; undefined where there can be none. */
  readonly loadAnew?: () => Keytar | undefined
  readonly unlocked?: () => Promise<boolean | undefined>
  readonly platform?: NodeJS.Platform
}

const service = 'TokenTray'
const probe = '__probe__'
const defaultPatience = 20_000

const keyItem = (vault: string): string => `data-key:${vault}`

/**
 * The keychain of the system. There is one queue, and its calls run one after the other: a keyring whose prompt nobody answers
 * holds a call for as long as it likes, each held call takes one of libuv's four threads, and four of them would stop every file
 * operation of the process. So a question that has been held too long is answered with `locked`, and until it ends no other
 * call is made; its own answer comes in `later`.
 *
 * All vaults of the process share it. A key is answered to nobody but the vault that asked for it, and a prompt that was dismissed
 * counts for every vault that waited behind it, so that there is one prompt and not one for each of them.
 */
export class KeychainKeyStore implements KeyStore {
  readonly #clock: Clock
  readonly #patience: number
  #load: () => Promise<Keytar>
  readonly #loadAnew: () => Keytar | undefined
  readonly #unlocked: () => Promise<boolean | undefined>
  readonly #platform: NodeJS.Platform
  #last: Promise<KeyAnswer> = Promise.resolve({ kind: 'none' })
  #questions = 0
  #held = false
  /** The newest question of each kind and vault that has no answer yet. */
  readonly #open = new Map<string, Promise<KeyAnswer>>()
  /** How often the keychain was found locked, and by which vault the last time. */
  #locked: { readonly times: number; readonly vault: string } = { times: 0, vault: '' }
  readonly #onHeld = new Set<() => void>()

  constructor(options: KeychainOptions) {
    this.#clock = options.clock
    this.#patience = options.patience ?? defaultPatience
    this.#load = options.load ?? loadKeytar
    this.#loadAnew = options.loadAnew ?? keytarInNewProcess
    this.#platform = options.platform ?? process.platform
    this.#unlocked = options.unlocked ?? (() => isKeychainUnlocked(this.#platform))
  }

  /** True from a question's first call to its last, because the process must not end between two of them either. */
  get busy(): boolean {
    return this.#questions > 0
  }

  read(vault: string): Promise<KeyAnswer> {
    return this.#enqueue('read', vault, (keytar) => this.#read(keytar, vault))
  }

  write(vault: string, key: Buffer): Promise<KeyAnswer> {
    // The asker may be answered "waiting" and wipe its key, long before this question has its turn.
    const copy = Buffer.from(key)
    return this.#enqueue('write', vault, (keytar) => this.#write(keytar, vault, copy))
  }

  remove(vault: string): Promise<KeyAnswer> {
    return this.#enqueue('remove', vault, (keytar) => this.#remove(keytar, vault))
  }

  unlocked(): Promise<boolean | undefined> {
    return this.#unlocked()
  }

  /**
   * The probe is written first, for two reasons: writing brings up the one prompt that the person can answer, and a write that
   * succeeded is the only proof that a `null` means "no item" and not "locked". That the probe could be deleted again proves
   * that the keychain was still unlocked when the key was read.
   */
  async #read(keytar: Keytar, vault: string): Promise<KeyAnswer> {
    await this.#call(() => keytar.setPassword(service, probe, probe))
    const stored = await this.#call(() => keytar.getPassword(service, keyItem(vault)))
    const deleted = await this.#call(() => keytar.deletePassword(service, probe))
    const left = await this.#call(() => keytar.getPassword(service, probe))
    if (stored !== null) return decodeKey(stored, vault)
    if (!deleted) return { kind: 'locked', fault: lockedFault }
    if (left !== null) return { kind: 'broken', fault: unreliableFault('an item that was deleted is still there') }
    return { kind: 'none' }
  }

  /** The key is used only after it was read back, because files sealed with a key that is not stored would be lost. */
  async #write(keytar: Keytar, vault: string, key: Buffer): Promise<KeyAnswer> {
    await this.#call(() => keytar.setPassword(service, keyItem(vault), key.toString('base64')))
    const stored = await this.#call(() => keytar.getPassword(service, keyItem(vault)))
    if (stored === null) return { kind: 'locked', fault: lockedFault }
    const answer = decodeKey(stored, vault)
    if (answer.kind !== 'present' || timingSafeEqual(answer.key, key)) return answer
    return { kind: 'broken', fault: unreliableFault('the key that was read back is not the one that was stored') }
  }

  /** The probe comes first here as well, because a deletion in a locked keychain does nothing and says so to nobody. */
  async #remove(keytar: Keytar, vault: string): Promise<KeyAnswer> {
    await this.#call(() => keytar.setPassword(service, probe, probe))
    await this.#call(() => keytar.deletePassword(service, keyItem(vault)))
    return this.#read(keytar, vault)
  }

  #enqueue(
    kind: 'read' | 'write' | 'remove',
    vault: string,
    question: (keytar: Keytar) => Promise<KeyAnswer>,
  ): Promise<KeyAnswer> {
    const name = `${kind} ${vault}`
    const same = this.#open.get(name)
    // The very same question waits already. Any other one has its turn after the prompt, and its answer is its own.
    if (this.#held && same !== undefined) return Promise.resolve({ kind: 'locked', fault: waitingFault, later: same })
    const answer = this.#inTurn(vault, question).finally(() => {
      this.#questions -= 1
      if (this.#open.get(name) === answer) this.#open.delete(name)
    })
    this.#questions += 1
    this.#open.set(name, answer)
    this.#last = answer
    if (this.#held) return Promise.resolve({ kind: 'locked', fault: waitingFault, later: answer })
    return new Promise((resolve) => {
      const giveUp = () => resolve({ kind: 'locked', fault: waitingFault, later: answer })
      this.#onHeld.add(giveUp)
      void answer.then((known) => {
        this.#onHeld.delete(giveUp)
        resolve(known)
      })
    })
  }

  /** Asks once every earlier question has its answer. */
  async #inTurn(vault: string, question: (keytar: Keytar) => Promise<KeyAnswer>): Promise<KeyAnswer> {
    const before = this.#locked.times
    await this.#last
    const dismissed = this.#locked.times > before && this.#locked.vault !== vault
    if (dismissed) return { kind: 'locked', fault: lockedFault }
    const answer = await this.#answer(question)
    if (answer.kind === 'locked') this.#locked = { times: this.#locked.times + 1, vault }
    return answer
  }

  async #answer(question: (keytar: Keytar) => Promise<KeyAnswer>): Promise<KeyAnswer> {
    let keytar: Keytar
    try {
      keytar = await this.#load()
    } catch {
      return { kind: 'absent', fault: libraryFault(this.#platform) }
    }
    try {
      return await question(keytar)
    } catch (error) {
      const answer = keychainFault(error)
      return answer.fault === restartedFault ? this.#answerAnew(question, answer) : answer
    }
  }

  /** The service that this process has met was started again. From here on, a keytar is used that does not know it. */
  async #answerAnew(question: (keytar: Keytar) => Promise<KeyAnswer>, answer: KeyAnswer): Promise<KeyAnswer> {
    const anew = this.#loadAnew()
    if (anew === undefined) return answer
    this.#load = async () => anew
    return question(anew).catch(keychainFault)
  }

  async #call<T>(call: () => Promise<T>): Promise<T> {
    const cancel = this.#clock.after(this.#patience, () => {
      this.#held = true
      for (const giveUp of this.#onHeld) giveUp()
    })
    try {
      return await call()
    } finally {
      cancel()
      this.#held = false
    }
  }
}

/** keytar is CommonJS and Node sees only some of its names, so that the whole module is under `default`. */
async function loadKeytar(): Promise<Keytar> {
  const { default: keytar } = await import('keytar')
  return keytar
}

/** The value is standard base64 of exactly 32 bytes; anything else is not ours to overwrite. */
function decodeKey(stored: string, vault: string): KeyAnswer {
  const key = Buffer.from(stored, 'base64')
  if (key.length === keyLength && key.toString('base64') === stored) return { kind: 'present', key }
  return { kind: 'broken', fault: malformedKeyFault(service, keyItem(vault)) }
}
