import type { KeyAnswer, KeyStore } from '../../src/vault/index.ts'

const fault = (code: string) => ({ code, description: `${code}.`, fix: 'Fix it.' })

/** A key store whose mood the test sets. Keys survive, so that the same store serves the next start of a vault. */
export class FakeKeyStore implements KeyStore {
  readonly busy = false
  readonly keys = new Map<string, Buffer>()
  mood: 'open' | 'locked' | 'absent' | 'broken' = 'open'
  /** What `unlocked` answers; undefined is "cannot be known". */
  quietAnswer: boolean | undefined
  /** Every buffer that was given away, to see whether it is wiped. */
  readonly given: Buffer[] = []
  reads = 0
  writes = 0
  quietQuestions = 0
  /** When set, the next read answers `locked` and hands the real answer out through this. */
  heldBy: Promise<void> | undefined

  async read(vault: string): Promise<KeyAnswer> {
    this.reads += 1
    if (this.heldBy !== undefined) {
      const held = this.heldBy
      this.heldBy = undefined
      return { kind: 'locked', fault: fault('keychain_waiting'), later: held.then(() => this.read(vault)) }
    }
    if (this.mood !== 'open') return { kind: this.mood, fault: fault(`keychain_${this.mood}`) }
    const key = this.keys.get(vault)
    if (key === undefined) return { kind: 'none' }
    this.given.push(Buffer.from(key))
    return { kind: 'present', key: this.given.at(-1)! }
  }

  async write(vault: string, key: Buffer): Promise<KeyAnswer> {
    this.writes += 1
    if (this.mood === 'open') this.keys.set(vault, Buffer.from(key))
    return this.read(vault)
  }

  async remove(vault: string): Promise<KeyAnswer> {
    if (this.mood === 'open') this.keys.delete(vault)
    return this.read(vault)
  }

  async unlocked(): Promise<boolean | undefined> {
    this.quietQuestions += 1
    return this.quietAnswer
  }
}
