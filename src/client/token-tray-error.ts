import { BrokerError } from '../protocol/errors.ts'
import type { TokenTrayFailure } from './library-types.ts'

/** Every failure of the library. `message` is a sentence for a person and never carries a token. */
export class TokenTrayError extends Error implements TokenTrayFailure {
  override readonly name = 'TokenTrayError'
  readonly code: string
  readonly fix: string | undefined
  readonly retryAfter: number | undefined

  constructor(
    code: string,
    message: string,
    advice: { readonly fix?: string | undefined; readonly retryAfter?: number | undefined } = {},
  ) {
    super(message)
    this.code = code
    this.fix = advice.fix
    this.retryAfter = advice.retryAfter
  }
}

/** What a program is told of an error: those of the broker under the name that it knows, others as they are. */
export function told(error: unknown): unknown {
  return error instanceof BrokerError ? new TokenTrayError(error.code, error.message, error) : error
}
