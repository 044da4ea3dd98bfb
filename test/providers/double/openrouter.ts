// OpenRouter: PKCE without a client id and without `state`, which yields a key that has no end.
import { type Answer, type DoubleRequest, fault, good, refusal } from './answer.ts'
import { bearerOf } from './grants.ts'
import type { Ground, Server } from './ground.ts'
import { anything, requireGet, takeBody } from './parameters.ts'
import { randomWord } from './random.ts'

const provider = 'openrouter'
/** Seconds; the key outlives every test. */
const noEnd = 31_536_000
/** No state comes back, so that the path has to be one that nobody guesses. */
const randomPath = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\]):\d+\/(?:[^?#]*\/)?[\w-]{22,}\/?$/

const openrouterError = (status: number, message: string): Answer => ({ status, body: { error: { message, code: status } } })

export function openrouter(ground: Ground): Server {
  return {
    routes: {
      '/api/v1/auth/keys': (request) => exchange(ground, request),
      '/api/v1/key': (request) => key(ground, request),
    },
    approve: (url, decision) => {
      if (url.pathname !== '/auth') return undefined
      const expected = { callback_url: randomPath, code_challenge: /^[\w-]{43}$/, code_challenge_method: 'S256' }
      const value = ground.codes.readRequest(provider, url, expected)
      const redirectUri = value('callback_url')
      // What stands in place of the state is one.
      ground.record.keep(redirectUri.split('/').findLast((part) => part !== ''))
      const issued = {
        provider,
        clientId: '',
        challenge: value('code_challenge'),
        redirectUri,
        scope: '',
        person: ground.person,
      } as const
      return ground.codes.redirect(issued, decision)
    },
  }
}

function exchange(ground: Ground, request: DoubleRequest): Answer {
  const body = takeBody(provider, request, 'json', { code: anything, code_verifier: anything, code_challenge_method: 'S256' })
  const unknown = openrouterError(403, 'Invalid code or code_verifier')
  const { person } = ground.codes.take(provider, { code: body.code, verifier: body.code_verifier }, unknown)
  const grant = ground.grants.open({ provider, clientId: '', person, scope: '' })
  return good({ key: ground.grants.addAccess(grant, randomWord('sk-or-v1-'), noEnd), user_id: person.user })
}

function key(ground: Ground, request: DoubleRequest): Answer {
  requireGet(provider, request)
  const token = bearerOf(request)
  if (token === undefined)
    throw fault(`${provider}: the key was asked for without one.`, openrouterError(401, 'No auth credentials found'))
  const grant = ground.grants.findAccess(provider, token)
  if (grant?.ended || (grant === undefined && !ground.apiKeys.has(token))) {
    throw refusal(`${provider}: the key is not good.`, openrouterError(401, 'User not found.'))
  }
  return good({
    data: {
      label: `${token.slice(0, 12)}...${token.slice(-3)}`,
      usage: 2.5,
      limit: 10,
      limit_remaining: 7.5,
      is_free_tier: false,
    },
  })
}
