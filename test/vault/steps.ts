// Breaks one step of many: every operation of the disk and of the keychain counts, and the one with the given number goes wrong.

import { realFiles } from '../../src/vault/durable-file.ts'
import type { Files, KeyAnswer, KeyStore } from '../../src/vault/index.ts'

/** How it goes wrong: this operation only, this one and all later ones, or the process stands still there for ever. */
export type Damage = 'once' | 'from there on' | 'stopped'

type Operation = (...args: unknown[]) => Promise<unknown>

const never = new Promise<never>(() => {})

export class Steps {
  /** How many operations there were. */
  count = 0
  /** Settles when the process stands still. */
  readonly stopped: Promise<'stopped'>
  readonly #at: number
  readonly #damage: Damage
  #stop: (value: 'stopped') => void = () => {}

  constructor(at = Number.POSITIVE_INFINITY, damage: Damage = 'once') {
    this.#at = at
    this.#damage = damage
    this.stopped = new Promise((resolve) => {
      this.#stop = resolve
    })
  }

  /** Whether this operation goes wrong; does not return when the process stands still. `halfway` is what it had done by then. */
  async #next(halfway: () => unknown = () => undefined): Promise<boolean> {
    this.count += 1
    const broken = this.#damage === 'once' ? this.count === this.#at : this.count >= this.#at
    if (!broken || this.#damage !== 'stopped') return broken
    if (this.count === this.#at) await halfway()
    this.#stop('stopped')
    return never
  }

  /** The disk. A write that is stopped has written half of the text. */
  files(): Files {
    const guarded =
      (run: Operation): Operation =>
      async (...args) => {
        if (await this.#next()) throw Object.assign(new Error('EIO'), { code: 'EIO' })
        return run(...args)
      }
    const open: Operation = async (...args) => {
      const handle = await realFiles.open(...(args as Parameters<Files['open']>))
      const writeFile = handle.writeFile.bind(handle)
      handle.writeFile = async (text) => {
        const half = () => writeFile(String(text).slice(0, String(text).length / 2))
        if (await this.#next(half)) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })
        return writeFile(text)
      }
      return handle
    }
    const operations = { ...realFiles, open } as unknown as Record<string, Operation>
    return Object.fromEntries(Object.entries(operations).map(([name, run]) => [name, guarded(run)])) as unknown as Files
  }

  /** The keychain, which locks itself. */
  keychain(store: KeyStore): KeyStore {
    const locked: KeyAnswer = {
      kind: 'locked',
      fault: { code: 'keychain_locked', description: 'It is locked.', fix: 'Unlock it.' },
    }
    return {
      busy: false,
      read: async (vault) => ((await this.#next()) ? locked : store.read(vault)),
      write: async (vault, key) => ((await this.#next(() => store.write(vault, key))) ? locked : store.write(vault, key)),
      remove: async (vault) => ((await this.#next(() => store.remove(vault))) ? locked : store.remove(vault)),
      unlocked: async () => true,
    }
  }
}
