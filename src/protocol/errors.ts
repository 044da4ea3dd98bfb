import type { StateError } from './grant-state.ts'

/**
 * The one error table. Every failure that leaves the broker has a code of this table, and the code alone decides its
 * HTTP status, the exit code of the CLI and the advice a person gets. RFC 6749 and RFC 8628 codes keep their RFC names.
 *
 * Exit codes: 1 unexpected, 2 wrong usage, 3 no broker, 4 sign-in needed, 5 try again later, 6 keychain, 7 not found,
 * 8 sign-in failed, 9 the broker cannot start here, 10 not allowed.
 */
export interface ErrorEntry {
  readonly status: number
  readonly exit: number
  /** What the person should do, when the error itself does not carry a more precise fix. */
  readonly fix?: string
}

const table = {
  invalid_request: { status: 400, exit: 2, fix: 'Compare the request with PROTOCOL.md or `tokentray --help`.' },
  request_refused: { status: 403, exit: 2, fix: 'The socket is for programs on this computer, not for web pages.' },
  request_too_large: { status: 413, exit: 2, fix: 'Send at most 16 KiB.' },
  not_found: { status: 404, exit: 7, fix: 'The paths are listed in PROTOCOL.md.' },
  unknown_provider: { status: 404, exit: 7, fix: 'Run `tokentray status` to see the providers.' },
  unknown_account: { status: 404, exit: 7, fix: 'Run `tokentray status` to see the accounts.' },
  unknown_vault: { status: 404, exit: 7, fix: 'Run `tokentray vault list` to see the vaults.' },
  unknown_login: { status: 404, exit: 7, fix: 'The sign-in has ended. Start a new one.' },
  login_required: { status: 401, exit: 4 },
  reauthorization_required: { status: 401, exit: 4 },
  issuer_mismatch: { status: 409, exit: 4, fix: 'Unset TOKENTRAY_UPSTREAM, or sign in again for this server.' },
  temporarily_unavailable: { status: 503, exit: 5, fix: 'Try again later. The login is kept.' },
  login_not_owned: { status: 403, exit: 10, fix: 'Take the token from the program that owns the login.' },
  owner_unavailable: { status: 503, exit: 5, fix: 'Start the program that owns the login, and see whether it works.' },
  vault_locked: { status: 503, exit: 6, fix: 'Unlock the keychain of your system. TokenTray goes on by itself.' },
  vault_unavailable: {
    status: 503,
    exit: 6,
    fix: 'Start the keychain service of your system, or use a passphrase instead: TOKENTRAY_VAULT=passphrase.',
  },
  passphrase_needed: { status: 403, exit: 6, fix: 'Run `tokentray unlock`, or press Unlock in the tray.' },
  wrong_passphrase: { status: 403, exit: 6, fix: 'Try again. There is no way to the logins without the passphrase.' },
  account_disabled: { status: 403, exit: 10, fix: 'Switch it on with `tokentray enable`.' },
  client_denied: { status: 403, exit: 10, fix: 'Run `tokentray clients` to see and change what was decided.' },
  approval_required: { status: 403, exit: 10, fix: 'Run `tokentray approve`, or press Allow in the tray, and try again.' },
  unknown_approval: { status: 404, exit: 7, fix: 'It was answered already, or its time was over.' },
  unknown_share: { status: 404, exit: 7, fix: 'It has ended. Run `tokentray shares` to see the shares.' },
  unknown_client: { status: 404, exit: 7, fix: 'Run `tokentray clients` to see the clients.' },
  grant_damaged: { status: 500, exit: 6, fix: 'The damaged file was set aside. Sign in again for this account.' },
  access_denied: { status: 403, exit: 8, fix: 'Sign in again and allow the access.' },
  invalid_pasted_response: {
    status: 400,
    exit: 2,
    fix: 'Paste the whole address of the page the browser ended on; it contains `code=`.',
  },
  state_mismatch: { status: 400, exit: 2, fix: 'That response belongs to another sign-in. Use the newest link.' },
  login_cancelled: { status: 409, exit: 8, fix: 'Start the sign-in again when you are ready.' },
  login_expired: { status: 408, exit: 8, fix: 'Start the sign-in again.' },
  rules_not_accepted: {
    status: 403,
    exit: 10,
    fix: 'Read the rule card with `tokentray providers`; then sign in with --accept-provider-rules.',
  },
  login_failed: { status: 502, exit: 8, fix: 'Try the sign-in again.' },
  broker_not_running: { status: 503, exit: 3, fix: 'Start the tray app, or run `tokentray daemon`.' },
  broker_unreadable: { status: 502, exit: 1, fix: 'Check what listens on TOKENTRAY_SOCKET.' },
  already_running: { status: 409, exit: 9, fix: 'Use the broker that runs, or end it first.' },
  socket_unusable: { status: 500, exit: 9 },
  reader_too_slow: { status: 503, exit: 5, fix: 'Connect again; the stream begins with the full snapshot.' },
  internal_error: { status: 500, exit: 1, fix: 'See the log of the broker, and report it if it comes again.' },
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof table

/** The table, readable by code. */
export const errorTable: Readonly<Record<ErrorCode, ErrorEntry>> = table

/** Every code of the table, in its order. */
export const errorCodes = Object.keys(table) as ErrorCode[]

export interface BrokerErrorOptions {
  /** A more precise fix than the one of the table. */
  readonly fix?: string
  /** Seconds after which the same request may succeed. */
  readonly retryAfter?: number
  readonly cause?: unknown
}

/** The one error class. `message` is a sentence for a person and never carries a secret. */
export class BrokerError extends Error {
  override readonly name = 'BrokerError'
  readonly code: ErrorCode
  readonly fix: string | undefined
  readonly retryAfter: number | undefined

  constructor(code: ErrorCode, message: string, options: BrokerErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.fix = options.fix ?? errorTable[code].fix
    this.retryAfter = options.retryAfter
  }
}

/** The wire form of an error; `error` and `error_description` as in RFC 6749 section 5.2. */
export interface ErrorResponse {
  readonly error: ErrorCode
  readonly error_description: string
  readonly fix?: string
  /** Seconds. */
  readonly retry_after?: number
}

/** Turns an error into its wire form; anything that is not a BrokerError becomes `internal_error` without its text. */
export function errorResponse(error: unknown): ErrorResponse {
  if (!(error instanceof BrokerError)) {
    return {
      error: 'internal_error',
      error_description: 'The broker met an unexpected fault.',
      fix: table.internal_error.fix,
    }
  }
  return {
    error: error.code,
    error_description: error.message,
    ...(error.fix === undefined ? {} : { fix: error.fix }),
    ...(error.retryAfter === undefined ? {} : { retry_after: error.retryAfter }),
  }
}

/** The error that a failed login ended with; a code of a newer broker becomes `login_failed`. */
export function loginError({ code, description, fix }: StateError): BrokerError {
  const known = errorCodes.find((each) => each === code) ?? 'login_failed'
  return new BrokerError(known, description, fix === undefined ? {} : { fix })
}

/** Turns a wire error back into a BrokerError; an unknown code of a newer broker becomes `internal_error`. */
export function errorFromResponse(body: unknown): BrokerError {
  const response = (typeof body === 'object' && body !== null ? body : {}) as Partial<Record<keyof ErrorResponse, unknown>>
  const code = errorCodes.find((known) => known === response.error) ?? 'internal_error'
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined)
  const fix = text(response.fix)
  return new BrokerError(code, text(response.error_description) ?? 'The broker answered with an error without a text.', {
    ...(fix === undefined ? {} : { fix }),
    ...(typeof response.retry_after === 'number' ? { retryAfter: response.retry_after } : {}),
  })
}
