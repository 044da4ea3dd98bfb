import { timingSafeEqual } from 'node:crypto'
import type { Clock, Secret } from '../core/index.ts'
import type { BrokerError } from '../protocol/index.ts'
import { type Files, previousOf, readText, removeDurably, setAside, writeDurably } from './durable-file.ts'
import { faultOf, type VaultFault } from './fault.ts'
import { type KeyFile, readKeyFile, type ScryptCost, unwrapKey, usualCost, wrapKey } from './key-file.ts'
import type { KeyAnswer, KeyStore } from './key-store.ts'
import {
  changedKeyFault,
  damagedKeyFault,
  foreignKeyFault,
  neededFault,
  newerKeyFault,
  shortestPassphrase,
  tooShort,
  tooSoon,
  unsetFault,
  wrongPassphrase,
} from './passphrase-fault.ts'
import { type GivenPassphrase, readPassphraseFile } from './passphrase-file.ts'
import { keyPath, type VaultFolder } from './vault-folder.ts'

export interface PassphraseOptions {
  readonly folder: VaultFolder
  readonly clock: Clock
  /** Read when a passphrase is needed for the start (TOKENTRAY_PASSPHRASE_FILE). */
  readonly file?: string
  readonly cost?: ScryptCost
}

/** After the first wrong passphrase, and never more than. Milliseconds. */
const firstDelay = 1_000
const longestDelay = 60_000

interface FoundFiles {
  readonly kind: 'files'
  readonly files: readonly { readonly file: KeyFile; readonly text: string }[]
}

/** Why a passphrase cannot be a new one. */
export function newPassphraseFault(passphrase: Secret): BrokerError | undefined {
  return [...passphrase.expose()].length < shortestPassphrase ? tooShort() : undefined
}

/**
 * The data key in `<home>/vault/key.json`, encrypted with a passphrase, for a computer without a keychain. The passphrase is held
 * no longer than the question it came with. Questions run one after the other, so that many at once guess no faster than one.
 */
export class PassphraseKeyStore implements KeyStore {
  readonly busy = false
  readonly #folder: VaultFolder
  readonly #clock: Clock
  readonly #cost: ScryptCost
  #file: string | undefined
  #last: Promise<unknown> = Promise.resolve()
  #failures = 0
  #failedAt = 0

  constructor({ folder, clock, file, cost = usualCost }: PassphraseOptions) {
    this.#folder = folder
    this.#clock = clock
    this.#file = file
    this.#cost = cost
  }

  read(vault: string, passphrase?: Secret): Promise<KeyAnswer> {
    return this.#inTurn(async () => this.#read(vault, passphrase))
  }

  write(vault: string, key: Buffer, passphrase?: Secret): Promise<KeyAnswer> {
    return this.#inTurn(async () => {
      const given = await this.#given(passphrase)
      if (given?.kind !== 'passphrase') return { kind: 'passphrase', fault: unsetFault(given?.problem) }
      const refusal = newPassphraseFault(given.passphrase)
      if (refusal !== undefined) {
        if (passphrase === undefined) this.#file = undefined
        return { kind: 'passphrase', fault: unsetFault(refusal.message), refusal }
      }
      return this.#write(vault, key, given.passphrase)
    })
  }

  remove(vault: string): Promise<KeyAnswer> {
    return this.#inTurn(async () => {
      const path = keyPath(this.#folder)
      await removeDurably([previousOf(path), path], this.#folder.files)
      return this.#read(vault, undefined)
    })
  }

  started(): void {
    this.#file = undefined
  }

  async unlocked(): Promise<boolean> {
    return true
  }

  #inTurn(task: () => Promise<KeyAnswer>): Promise<KeyAnswer> {
    const answer = this.#last.then(task).catch((error: unknown): KeyAnswer => ({ kind: 'broken', fault: faultOf(error) }))
    this.#last = answer
    return answer
  }

  async #read(vault: string, passphrase: Secret | undefined): Promise<KeyAnswer> {
    const found = await this.#find(vault)
    if (found.kind !== 'files') return found
    const given = await this.#given(passphrase)
    if (given?.kind !== 'passphrase') return { kind: 'passphrase', fault: neededFault(given?.problem) }
    const wait = this.#delayLeft()
    if (wait > 0) return { kind: 'passphrase', fault: neededFault(), refusal: tooSoon(Math.ceil(wait / 1000)) }
    for (const { file, text } of found.files) {
      const key = await unwrapKey(file, given.passphrase)
      if (key === undefined) continue
      this.#failures = 0
      // One copy serves, where a full or read-only disk takes no second one.
      await this.#keepTwo(text).catch(() => undefined)
      return { kind: 'present', key }
    }
    this.#failures += 1
    this.#failedAt = this.#clock.now()
    const refusal = wrongPassphrase(this.#delay() / 1000)
    const problem = passphrase === undefined ? 'The passphrase of TOKENTRAY_PASSPHRASE_FILE is wrong.' : undefined
    if (passphrase === undefined) this.#file = undefined
    return { kind: 'passphrase', fault: neededFault(problem), refusal }
  }

  /** The key is used only after it was read back, because files sealed with a key that is not stored would be lost. */
  async #write(vault: string, key: Buffer, passphrase: Secret): Promise<KeyAnswer> {
    const path = keyPath(this.#folder)
    const text = await wrapKey(vault, key, passphrase, this.#cost)
    // Written twice, because the second write makes the first one the last good copy: a lost key is the loss of every login.
    await writeDurably(path, text, this.#folder.files)
    await writeDurably(path, text, this.#folder.files)
    const answer = await this.#read(vault, passphrase)
    if (answer.kind !== 'present' || timingSafeEqual(answer.key, key)) return answer
    return { kind: 'broken', fault: changedKeyFault(path) }
  }

  /** Makes a copy that is gone or damaged again, from the one that has just given the key: its loss would be that of every login. */
  async #keepTwo(text: string): Promise<void> {
    const path = keyPath(this.#folder)
    const { now, files } = this.#folder
    const copies = await readCopies(path, files)
    if (copies.every((copy) => copy.text === text)) return
    for (const copy of copies) {
      if (copy.text === undefined || copy.text === text) continue
      // Another good file may have another passphrase, and is not ours to judge.
      if (readKeyFile(copy.text).kind !== 'damaged') return
      await setAside(copy.path, now(), files)
    }
    await writeDurably(path, text, files)
  }

  /** The usable copies of the key file, which differ only when one of them was changed; or why there is none. */
  async #find(vault: string): Promise<KeyAnswer | FoundFiles> {
    const path = keyPath(this.#folder)
    const copies = await readCopies(path, this.#folder.files)
    const present = new Set(copies.map(({ text }) => text).filter((text) => text !== undefined))
    if (present.size === 0) return { kind: 'none' }
    const readings = [...present].map((text) => ({ ...readKeyFile(text), text }))
    const broken = (fault: VaultFault): KeyAnswer => ({ kind: 'broken', fault })
    if (readings.some(({ kind }) => kind === 'newer')) return broken(newerKeyFault(path))
    const files = readings.flatMap((reading) => (reading.kind === 'file' ? [reading] : []))
    if (files.length === 0) return broken(damagedKeyFault(path))
    const own = files.filter(({ file }) => file.vault === vault)
    return own.length === 0 ? broken(foreignKeyFault(path)) : { kind: 'files', files: own }
  }

  /**
   * The passphrase of the question, or else the one of the file. The file serves until the vault is open, because a full disk or a
   * file that cannot be read just now must not leave a computer without a person waiting for one. A wrong one serves once.
   */
  async #given(passphrase: Secret | undefined): Promise<GivenPassphrase | undefined> {
    if (passphrase !== undefined) return { kind: 'passphrase', passphrase }
    if (this.#file === undefined) return undefined
    const given = await readPassphraseFile(this.#file, this.#folder.files)
    if (given.kind === 'refused') this.#file = undefined
    return given
  }

  #delay(): number {
    return this.#failures === 0 ? 0 : Math.min(firstDelay * 2 ** (this.#failures - 1), longestDelay)
  }

  #delayLeft(): number {
    const elapsed = this.#clock.now() - this.#failedAt
    // A wall clock that was set back must not make the delay longer.
    return elapsed < 0 ? 0 : Math.max(0, this.#delay() - elapsed)
  }
}

/** The file and its last good copy; a text is undefined where there is none. */
function readCopies(
  path: string,
  files: Files,
): Promise<readonly { readonly path: string; readonly text: string | undefined }[]> {
  return Promise.all([path, previousOf(path)].map(async (each) => ({ path: each, text: await readText(each, files) })))
}
