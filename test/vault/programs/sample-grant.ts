import { type Grant, Secret } from '../../../src/core/index.ts'

/** In every secret of a sample, so that a leak is found by searching for it. */
export const canary = 'canary-3f9c'

/** A grant whose secrets all tell its number. `size` pads the id token to the length of a real one. */
export function sampleGrant(number: number, size = 4000): Grant {
  return {
    provider: 'openai-codex',
    issuer: 'https://auth.example',
    accessToken: new Secret(`${canary}-access-${number}`),
    tokenType: 'Bearer',
    refreshToken: new Secret(`${canary}-refresh-${number}`),
    idToken: new Secret(`${canary}-id-${number}.${'x'.repeat(size)}.end`),
    scope: 'openid offline_access',
    obtainedAt: 1_900_000_000_000 + number,
    expiresAt: 1_900_000_600_000 + number,
    refreshExpiresAt: 1_902_000_000_000 + number,
    identity: { key: 'user-1/workspace-1', email: 'ann@example.com', plan: 'plus', attributes: { workspace: 'w1' } },
  }
}

/** The number that all parts of a grant agree on; throws when they do not, or when a part is missing. */
export function numberOf(grant: Grant): number {
  const number = grant.obtainedAt - 1_900_000_000_000
  const size = (grant.idToken?.expose().length ?? 0) - `${canary}-id-${number}..end`.length
  const expected = sampleGrant(number, Math.max(size, 0))
  const parts = [
    [grant.accessToken.expose(), expected.accessToken.expose()],
    [grant.refreshToken?.expose(), expected.refreshToken?.expose()],
    [grant.idToken?.expose(), expected.idToken?.expose()],
  ]
  if (parts.some(([found, wanted]) => found !== wanted)) throw new Error('the parts of the grant are not of one write')
  return number
}
