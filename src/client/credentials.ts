import type { CredentialsFunction, TokenChoice } from './library-types.ts'
import type { GetToken } from './token-request.ts'

/**
 * Milliseconds after a renewal in which a 401 is taken for one about the token before: of many requests at once, some hear of theirs
 * only after the first one has caused the renewal, and the SDK does not say which token it means.
 */
const echo = 10_000

/** The one who asks with `forceRefresh` has had a 401 with the token that it was given last. `now` is in milliseconds. */
export function credentials(
  getToken: GetToken,
  selector: string,
  choice: TokenChoice = {},
  now: () => number = () => performance.now(),
): CredentialsFunction {
  let last: string | undefined
  let renewedAt = Number.NEGATIVE_INFINITY
  return async ({ forceRefresh = false } = {}) => {
    const rejected = forceRefresh && now() - renewedAt >= echo ? last : undefined
    const token = await getToken(selector, { ...choice, ...(rejected === undefined ? {} : { rejected }) })
    if (rejected !== undefined && token.accessToken !== rejected) renewedAt = now()
    last = token.accessToken
    return { token: token.accessToken, expiresAt: token.expiresAt ?? null }
  }
}
