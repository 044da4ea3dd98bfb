import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Provider } from 'oidc-provider'
import { practicePaths } from './constants.ts'
import { quietHeaders } from './pages.ts'
import type { PracticePerson } from './people.ts'

const realm = 'TokenTray practice API'

/** How a request is answered. `challenge` is what follows the realm in WWW-Authenticate (RFC 6750 section 3). */
interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, string>>
  readonly challenge?: string
}

/** The protected API. It knows a token only through the authorization server's own records: present, unexpired, grant alive. */
export function apiHandler(provider: Provider, people: readonly PracticePerson[]) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    send(response, await answer(request, provider, people))
  }
}

async function answer(request: IncomingMessage, provider: Provider, people: readonly PracticePerson[]): Promise<Answer> {
  if (request.url !== `${practicePaths.api}/whoami`) return { status: 404, body: { error: 'not_found' } }
  if (request.method !== 'GET') return { status: 405, body: { error: 'method_not_allowed' } }
  const { authorization } = request.headers
  // A request without any authentication learns the scheme, and nothing else (RFC 6750 section 3.1).
  if (authorization === undefined) return { status: 401, body: { error: 'unauthorized' }, challenge: '' }
  const token = /^Bearer +([\w.~+/-]+=*)$/i.exec(authorization)?.[1]
  if (token === undefined) return refusal(400, 'invalid_request', 'the Authorization header holds no bearer token')
  const accessToken = await provider.AccessToken.find(token)
  const grant = await provider.Grant.find(accessToken?.grantId ?? '')
  const person = people.find(({ id }) => id === accessToken?.accountId)
  if (accessToken === undefined || grant === undefined || person === undefined) {
    return refusal(401, 'invalid_token', 'the access token is unknown, expired or revoked')
  }
  const scopes = new Set(accessToken.scope?.split(' '))
  if (!scopes.has('profile') || !scopes.has('email')) {
    return refusal(403, 'insufficient_scope', 'the access token lacks a scope', ', scope="profile email"')
  }
  const { id, name, email } = person
  return { status: 200, body: { sub: id, name, email, message: `Hello ${name}, your access token works.` } }
}

function refusal(status: number, error: string, description: string, more = ''): Answer {
  return {
    status,
    body: { error, error_description: description },
    challenge: `, error="${error}", error_description="${description}"${more}`,
  }
}

function send(response: ServerResponse, { status, body, challenge }: Answer): void {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...quietHeaders,
    ...(challenge === undefined ? {} : { 'www-authenticate': `Bearer realm="${realm}"${challenge}` }),
    ...(status === 405 ? { allow: 'GET' } : {}),
  })
  response.end(text)
}
