import type { Problem } from '../ipc/channels.ts'
import { errorResponse } from '../protocol/index.ts'

/** The form in which a failure reaches a person; an unexpected one loses its text, which may hold anything. */
export function problemFrom(error: unknown): Problem {
  const { error: code, error_description: description, fix, retry_after: retryAfter } = errorResponse(error)
  return { code, description, ...(fix === undefined ? {} : { fix }), ...(retryAfter === undefined ? {} : { retryAfter }) }
}
