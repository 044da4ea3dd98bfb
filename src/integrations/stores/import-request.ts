import type { ImportRequest } from '../../protocol/index.ts'
import type { MovableLogin } from './move-login.ts'

/** What is said of the account that a login becomes. */
export interface ImportWish {
  readonly label?: string | undefined
  /** Whether the person has read the rule card of the provider. */
  readonly accepts: boolean
}

/** What the broker is asked to take over; where it came from is for the move to say. */
export function importRequestOf(login: MovableLogin, { label, accepts }: ImportWish): ImportRequest {
  const { provider, accessToken, refreshToken, idToken, scope, expiresAt, person } = login
  return {
    provider,
    access_token: accessToken,
    refresh_token: refreshToken,
    ...(idToken === undefined ? {} : { id_token: idToken }),
    ...(scope === undefined ? {} : { scope }),
    ...(expiresAt === undefined ? {} : { expires_at: Math.floor(expiresAt / 1000) }),
    ...(person === undefined ? {} : { person }),
    ...(label === undefined ? {} : { label }),
    ...(accepts ? { accept_provider_rules: true } : {}),
  }
}
