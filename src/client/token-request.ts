import { createHash } from 'node:crypto'
import { parseSelector } from '../protocol/selector.ts'
import type { AccessToken, ClientOptions, TokenOptions } from './library-types.ts'
import { askBroker, parseJson, unreadable } from './one-shot.ts'
import { type TokenTrayError, told } from './token-tray-error.ts'

/** Where the broker is and how it is asked. */
export interface Asking {
  readonly socket: string
  readonly client: string
  readonly timeout: number | undefined
  readonly onSignInNeeded: ClientOptions['onSignInNeeded']
}

export type GetToken = (selector: string, options?: TokenOptions) => Promise<AccessToken>

/** A request that is under way, and how many wait for it. */
interface Flight {
  readonly token: Promise<AccessToken>
  readonly end: () => void
  waiting: number
}

/**
 * Asks for tokens. Equal calls at the same time share one request, which ends early only when nobody waits for it any more. Nothing
 * is kept longer than that: the broker answers in about a millisecond, and a token that was kept would outlive a sign-out, a denial
 * or a refusal of the API that another program has met.
 */
export function tokenRequests(asking: Asking): GetToken {
  const flights = new Map<string, Flight>()
  return async (selector, options = {}) => {
    const { signal } = options
    signal?.throwIfAborted()
    const path = tokenPath(selector, options)
    const flight = flights.get(path) ?? depart(flights, path, (leaving) => askPersonToo(asking, selector, path, leaving))
    flight.waiting += 1
    try {
      return await orAborted(flight.token, signal)
    } finally {
      flight.waiting -= 1
      if (flight.waiting === 0) flight.end()
    }
  }
}

function depart(flights: Map<string, Flight>, path: string, ask: (leaving: AbortSignal) => Promise<AccessToken>): Flight {
  const leaving = new AbortController()
  const token = ask(leaving.signal)
  const close = () => {
    if (flights.get(path) === flight) flights.delete(path)
  }
  const end = () => {
    close()
    leaving.abort()
  }
  const flight: Flight = { token, waiting: 0, end }
  flights.set(path, flight)
  // Whoever comes after the answer asks anew, although others have not seen theirs yet.
  token.then(close, close)
  return flight
}

async function askPersonToo(asking: Asking, selector: string, path: string, leaving: AbortSignal): Promise<AccessToken> {
  try {
    return await ask(asking, path, leaving)
  } catch (error) {
    const { code } = error as Partial<TokenTrayError>
    const isSignIn = code === 'login_required' || code === 'reauthorization_required'
    if (!isSignIn || (await asking.onSignInNeeded?.(error as TokenTrayError, selector)) !== true) throw error
    return ask(asking, path, leaving)
  }
}

async function ask({ socket, client, timeout }: Asking, path: string, signal: AbortSignal): Promise<AccessToken> {
  const patience = timeout === undefined ? {} : { timeout }
  signal.throwIfAborted()
  try {
    return readToken(await askBroker({ socket, method: 'GET', path, client, prove: true, signal, ...patience }))
  } catch (error) {
    throw told(error)
  }
}

/** Throws `invalid_request` for what is no selector, before it becomes a part of a path. */
function tokenPath(selector: string, { account, minValid, rejected }: TokenOptions): string {
  try {
    parseSelector(selector)
  } catch (error) {
    throw told(error)
  }
  const query = new URLSearchParams()
  if (minValid !== undefined) query.set('min_valid', String(Math.ceil(minValid)))
  if (account !== undefined) query.set('account', account)
  if (rejected !== undefined) query.set('rejected', digestOf(rejected))
  return `/v1/token/${encodeURIComponent(selector)}${query.size === 0 ? '' : `?${query}`}`
}

/** What the broker is told of a token that the API refused. */
function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex').slice(0, 16)
}

/** Only what is used is looked at: a newer broker may say more. */
function readToken(text: string): AccessToken {
  const answer = (parseJson(text) ?? {}) as Readonly<Record<string, unknown>>
  const word = (name: string) => {
    const value = answer[name]
    if (typeof value !== 'string' || value === '') throw unreadable()
    return value
  }
  const { expires_at: expiresAt, headers = {}, token_header: tokenHeader } = answer
  if (expiresAt !== undefined && !Number.isFinite(expiresAt)) throw unreadable()
  if (!isHeaders(headers) || (tokenHeader !== undefined && typeof tokenHeader !== 'string')) throw unreadable()
  const accessToken = word('access_token')
  const tokenType = word('token_type')
  const credential = tokenHeader === undefined ? { Authorization: `${tokenType} ${accessToken}` } : { [tokenHeader]: accessToken }
  return {
    accessToken,
    tokenType,
    ...(expiresAt === undefined ? {} : { expiresAt: expiresAt as number }),
    provider: word('provider'),
    account: word('account'),
    baseUrl: word('base_url'),
    headers: { ...headers, ...credential },
  }
}

function isHeaders(value: unknown): value is Readonly<Record<string, string>> {
  return typeof value === 'object' && value !== null && Object.values(value).every((each) => typeof each === 'string')
}

/** The result, or the reason of the signal when that comes first. */
function orAborted<T>(result: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return result
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    result.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
