// Kimi Code: the device flow, with headers that tell of the device and of the program.
import { type Answer, type DoubleRequest, fault, good, oauthError, refusal } from './answer.ts'
import { isAnswer, personOf } from './device-answers.ts'
import { bearerOf, type DoubleGrant } from './grants.ts'
import type { Ground, Server } from './ground.ts'
import { anything, deviceGrantType, grantTypeOf, requireGet, takeBody } from './parameters.ts'
import { profileOf } from './person.ts'
import { randomSecret } from './random.ts'

const provider = 'kimi'
const clientId = '17e5f671-d194-4dfb-9706-5516cb48c098'
const scope = 'kimi-code'
const deviceHeaders = ['platform', 'version', 'device-name', 'device-model', 'os-version', 'device-id']

/** The code of the error says little; that the status is 401 says it all. */
const rejected = oauthError(401, 'unauthorized', 'The refresh token is invalid or has expired.')
const refusals = { spent: rejected, ended: rejected }

export function kimi(ground: Ground): Server {
  return {
    routes: {
      '/api/oauth/device_authorization': (request) => {
        requireDevice(request)
        takeBody(provider, request, 'form', { client_id: clientId })
        const { handle, userCode, interval } = ground.devices.start(provider)
        const page = `${ground.origin}/kimi/device`
        return good({
          device_code: handle,
          user_code: userCode,
          verification_uri: page,
          verification_uri_complete: `${page}?user_code=${userCode}`,
          expires_in: 900,
          interval,
        })
      },
      '/api/oauth/token': (request) => {
        requireDevice(request)
        return grantTypeOf(request) === 'refresh_token' ? refresh(ground, request) : poll(ground, request)
      },
      '/coding/v1/usages': (request) => usages(ground, request),
    },
  }
}

/** A header beyond ASCII has broken Kimi's own client, and a name of Kimi's own client is not ours. */
function requireDevice({ headers, path }: DoubleRequest): void {
  for (const name of deviceHeaders) {
    const value = headers[`x-msh-${name}`] ?? ''
    if (!/^[\x20-\x7e]+$/.test(value)) throw fault(`${provider}: X-Msh-${name} is missing or no ASCII at ${path}.`)
  }
  if (/kimi|moonshot/i.test(headers['x-msh-platform'] ?? '')) throw fault(`${provider}: X-Msh-Platform is a name of Kimi's own.`)
}

function poll(ground: Ground, request: DoubleRequest): Answer {
  const expected = { client_id: clientId, device_code: anything, grant_type: deviceGrantType }
  const body = takeBody(provider, request, 'form', expected)
  const person = personOf(provider, ground.devices.poll(provider, body.device_code), 400)
  if (isAnswer(person)) return person
  const grant = ground.grants.open({ provider, clientId, person, scope })
  return good({ ...tokens(ground, grant), refresh_token: ground.grants.rotate(grant, randomSecret()) })
}

function refresh(ground: Ground, request: DoubleRequest): Answer {
  const expected = { grant_type: 'refresh_token', refresh_token: anything, client_id: clientId }
  const body = takeBody(provider, request, 'form', expected)
  const grant = ground.grants.takeRefresh(provider, clientId, body.refresh_token, refusals)
  return good({ ...tokens(ground, grant), ...ground.grants.renew(grant) })
}

function tokens(ground: Ground, grant: DoubleGrant) {
  const { person } = grant
  const lifetime = ground.lifetime(900)
  const claims = { user_id: person.user, sub: person.user, client_id: clientId, scope, ...profileOf(person) }
  return {
    access_token: ground.grants.addAccess(grant, ground.jwt(lifetime, claims, person), lifetime),
    token_type: 'Bearer',
    expires_in: lifetime,
    scope,
  }
}

function usages(ground: Ground, request: DoubleRequest): Answer {
  requireDevice(request)
  requireGet(provider, request)
  const token = bearerOf(request)
  const unknown = { status: 401, body: { error: { message: 'Invalid Authentication', type: 'invalid_authentication_error' } } }
  if (token === undefined) throw fault(`${provider}: the usage was asked without a token.`, unknown)
  if (!ground.apiKeys.has(token) && ground.grants.findAccess(provider, token) === undefined) {
    throw refusal(`${provider}: the access token is not good.`, unknown)
  }
  const at = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString()
  return good({
    usage: { limit: '1000', used: '250', remaining: '750', resetTime: at(90) },
    limits: [
      {
        window: { duration: 300, timeUnit: 'TIME_UNIT_MINUTE' },
        detail: { limit: '200', used: '20', remaining: '180', resetTime: at(2) },
      },
    ],
  })
}
