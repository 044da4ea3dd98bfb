import type { AccessToken, FetchOptions } from './library-types.ts'
import type { GetToken } from './token-request.ts'
import { TokenTrayError } from './token-tray-error.ts'

type Fetch = typeof globalThis.fetch
type Input = Parameters<Fetch>[0]

/** Headers that carry a credential. Those of the program make way for the token: an API that gets two of them refuses both. */
const credentialHeaders = ['authorization', 'x-api-key', 'api-key', 'x-goog-api-key']

/** Headers whose values add up, so that what the provider wants stands beside what the program wants. */
const listHeaders = ['anthropic-beta', 'openai-beta']

/**
 * A `fetch` that sends the token of an account. A 401 is answered with a newer token and the same request once, before anything of
 * the answer is given on. A token is sent to the origin of its account and to `origins` only (S7), and no redirect is followed with it.
 */
export function tokenFetch(getToken: GetToken, selector: string, options: FetchOptions = {}): Fetch {
  const { fetch: send = globalThis.fetch, origins = [], ...choice } = options
  const allowed = origins.map((origin) => new URL(origin).origin)
  /** A token that was refused where the request could not be sent again. The next request asks for a newer one. */
  let refused: string | undefined
  /** A token that was refused although it was new, so that one more refresh would help nothing. */
  let unhelped: string | undefined

  return async (input, init = {}) => {
    const signal = init.signal ?? (input instanceof Request ? input.signal : undefined)
    const ask = (rejected: string | undefined) =>
      getToken(selector, { ...choice, ...(rejected === undefined ? {} : { rejected }), ...(signal ? { signal } : {}) })
    const url = new URL(input instanceof Request ? input.url : input)
    const followed = init.redirect ?? (input instanceof Request ? input.redirect : 'follow')
    const sendWith = async (token: AccessToken) => {
      requireOrigin(url, token, allowed)
      const response = await send(input, { ...init, headers: headersWith(token, input, init), redirect: 'manual' })
      return followed === 'manual' ? response : refuseRedirect(response, url)
    }

    const token = await ask(refused)
    refused = undefined
    const response = await sendWith(token)
    if (response.status !== 401) unhelped = undefined
    if (response.status !== 401 || token.accessToken === unhelped) return response
    if (!canBeSentAgain(input, init)) {
      refused = token.accessToken
      return response
    }
    const newer = await ask(token.accessToken).catch(async (error: unknown) => {
      await response.body?.cancel()
      throw error
    })
    if (newer.accessToken === token.accessToken) return response
    await response.body?.cancel()
    const second = await sendWith(newer)
    if (second.status === 401) unhelped = newer.accessToken
    return second
  }
}

function requireOrigin(url: URL, { baseUrl, account }: AccessToken, allowed: readonly string[]): void {
  if (url.origin === new URL(baseUrl).origin || allowed.includes(url.origin)) return
  throw new TokenTrayError('request_refused', `The token of ${account} is not sent to ${url.origin}.`, {
    fix: `Its API is ${baseUrl}. If that address may have the token, name it in \`origins\`.`,
  })
}

/** `fetch` takes off only `Authorization` on the way to another origin; other headers would take the token along. */
async function refuseRedirect(response: Response, url: URL): Promise<Response> {
  const location = response.headers.get('location')
  if (response.status < 300 || response.status > 399 || location === null) return response
  await response.body?.cancel()
  const place = URL.canParse(location, url.href) ? new URL(location, url).origin : 'a broken address'
  throw new TokenTrayError('request_refused', `${url.origin} redirects to ${place}; the token is not sent after it.`, {
    fix: "Ask the right address, or set `redirect: 'manual'` to see the redirect.",
  })
}

function headersWith(token: AccessToken, input: Input, init: RequestInit): Headers {
  const headers = new Headers(init.headers ?? (input instanceof Request ? input.headers : undefined))
  for (const name of credentialHeaders) headers.delete(name)
  for (const [name, value] of Object.entries(token.headers)) {
    const own = headers.get(name)
    headers.set(name, own !== null && listHeaders.includes(name.toLowerCase()) ? together(own, value) : value)
  }
  return headers
}

function together(own: string, wanted: string): string {
  const values = `${own},${wanted}`.split(',').map((value) => value.trim())
  return [...new Set(values)].join(',')
}

/** Whether the body is all there. A stream is gone after it was sent, and so is that of a `Request`. */
function canBeSentAgain(input: Input, init: RequestInit): boolean {
  const { body } = init
  if (body === undefined || body === null) return !(input instanceof Request) || input.body === null
  return (
    typeof body === 'string' ||
    body instanceof ArrayBuffer ||
    ArrayBuffer.isView(body) ||
    body instanceof URLSearchParams ||
    body instanceof FormData ||
    body instanceof Blob
  )
}
