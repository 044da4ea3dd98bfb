// xAI: the device flow of RFC 8628 with an id_token.
import { type Answer, type DoubleRequest, good, oauthError } from './answer.ts'
import { isAnswer, personOf } from './device-answers.ts'
import type { DoubleGrant } from './grants.ts'
import type { Ground, Server } from './ground.ts'
import { anything, deviceGrantType, grantTypeOf, takeBody } from './parameters.ts'
import { profileOf } from './person.ts'
import { randomSecret } from './random.ts'

const provider = 'xai'
const clientId = 'b1a00492-073a-47ea-816f-4c329264a828'
const scope = 'openid profile email offline_access grok-cli:access api:access'

const rejected = oauthError(400, 'invalid_grant', 'The refresh token is invalid, expired or revoked.')
const refusals = { spent: rejected, ended: rejected }

export function xai(ground: Ground): Server {
  return {
    routes: {
      '/oauth2/device/code': (request) => {
        // The name of the program that asks, which is none of xAI's own.
        takeBody(provider, request, 'form', { client_id: clientId, scope }, { referrer: /^(?!grok|xai)[\x20-\x7e]+$/i })
        const { handle, userCode, interval } = ground.devices.start(provider)
        const page = `${ground.origin}/oauth2/device`
        return good({
          device_code: handle,
          user_code: userCode,
          verification_uri: page,
          verification_uri_complete: `${page}?user_code=${userCode}`,
          expires_in: 900,
          interval,
        })
      },
      '/oauth2/token': (request) => (grantTypeOf(request) === 'refresh_token' ? refresh(ground, request) : poll(ground, request)),
    },
  }
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
  const lifetime = ground.lifetime(3_600)
  const access = { aud: 'https://api.x.ai', client_id: clientId, sub: person.user, scope }
  return {
    access_token: ground.grants.addAccess(grant, ground.jwt(lifetime, access, person), lifetime),
    id_token: ground.jwt(3_600, { aud: clientId, sub: person.user, ...profileOf(person) }, person),
    token_type: 'Bearer',
    expires_in: lifetime,
    scope,
  }
}
