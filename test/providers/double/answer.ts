// What a server of the double says, and the two ways in which it says no.

/** A text is sent as it is, by default as HTML; nothing at all is an empty body; everything else is sent as JSON. */
export interface Answer {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** One request as it arrived. Header names are in lower case. */
export interface DoubleRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string>>
  /** The media type of the body without its parameters; empty without a body. */
  readonly type: string
  /** The members of a form or of a JSON object; the text itself where it is neither. */
  readonly body: Readonly<Record<string, unknown>> | string
  /** Milliseconds since the epoch. */
  readonly at: number
}

/**
 * Ends the handling of a request. A `fault` is a deviation of the client; a `refusal` is what a test brings about by design, like a
 * replay, a denied device or a code that nobody issued.
 */
export class Refused extends Error {
  readonly kind: 'fault' | 'refusal'
  readonly answer: Answer

  constructor(kind: 'fault' | 'refusal', sentence: string, answer: Answer) {
    super(sentence)
    this.kind = kind
    this.answer = answer
  }
}

export const good = (body?: unknown): Answer => ({ status: 200, body })

/** The error response of RFC 6749 section 5.2. */
export const oauthError = (status: number, error: string, description: string): Answer => ({
  status,
  body: { error, error_description: description },
})

/** The client did what no server of this provider takes. Thrown. */
export const fault = (sentence: string, answer = oauthError(400, 'invalid_request', sentence)): Refused =>
  new Refused('fault', sentence, answer)

/** The client did right, and is refused all the same. Thrown. */
export const refusal = (sentence: string, answer: Answer): Refused => new Refused('refusal', sentence, answer)

/** What Anthropic's usage endpoint says far too early, without a useful time. For `answerNext`. */
export const rateLimited: Answer = {
  status: 429,
  body: { type: 'error', error: { type: 'rate_limit_error', message: 'Rate limited. Please try again later.' } },
  headers: { 'retry-after': '0' },
}

/** The page of a bot check, which stands before a server and is none of its answers. For `answerNext`. */
export const botCheck: Answer = {
  status: 403,
  body: '<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body></html>',
  headers: { 'cf-mitigated': 'challenge', 'content-type': 'text/html; charset=UTF-8' },
}
