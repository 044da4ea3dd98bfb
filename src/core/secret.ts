import { createHash } from 'node:crypto'
import { inspect } from 'node:util'

const shown = '[secret]'

/**
 * A value that must not be seen. It prints `[secret]` in a string, in JSON, in a log and in the debugger; `expose` is the one
 * way out. It is called in few places only: vault and passphrase, token endpoint, revocation endpoint, hand-out, identity, and the
 * return of a login to its program.
 */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  expose(): string {
    return this.#value
  }

  /** Hex SHA-256, for comparing and naming a secret without showing it. */
  fingerprint(): string {
    return createHash('sha256').update(this.#value).digest('hex')
  }

  toString(): string {
    return shown
  }

  toJSON(): string {
    return shown
  }

  [inspect.custom](): string {
    return shown
  }
}
