// The device flow that OpenAI has of its own for the Codex CLI.
import { type Answer, type DoubleRequest, good, refusal } from './answer.ts'
import { s256 } from './codes.ts'
import type { Ground, Server } from './ground.ts'
import { codexClientId, codexDeviceRedirect, openaiError } from './openai-codex.ts'
import { anything, takeBody } from './parameters.ts'
import { randomSecret } from './random.ts'

const provider = 'openai-codex'

export function openaiCodexDevice(ground: Ground): Server {
  return {
    routes: {
      '/api/accounts/deviceauth/usercode': (request) => {
        takeBody(provider, request, 'json', { client_id: codexClientId })
        const { handle, userCode, interval } = ground.devices.start(provider)
        return good({ device_auth_id: handle, user_code: userCode, interval: String(interval) })
      },
      '/api/accounts/deviceauth/token': (request) => poll(ground, request),
    },
  }
}

function poll(ground: Ground, request: DoubleRequest): Answer {
  const body = takeBody(provider, request, 'json', { device_auth_id: anything, user_code: anything })
  const found = ground.devices.poll(provider, body.device_auth_id, body.user_code)
  switch (found.kind) {
    case 'approved': {
      const verifier = randomSecret()
      const challenge = s256(verifier)
      const issued = {
        provider,
        clientId: codexClientId,
        challenge,
        redirectUri: codexDeviceRedirect,
        scope: 'openid profile email offline_access',
        person: found.person,
      } as const
      return good({ authorization_code: ground.codes.issue(issued), code_challenge: challenge, code_verifier: verifier })
    }
    case 'pending':
      return openaiError(403, 'deviceauth_authorization_pending', 'Device authorization is pending.')
    case 'slow_down':
      return openaiError(403, 'slow_down', 'Polled too often.')
    case 'denied':
      throw refusal(`${provider}: the device was denied.`, openaiError(403, 'access_denied', 'The access was denied.'))
    default:
      throw refusal(`${provider}: the device code is ${found.kind}.`, openaiError(403, 'expired_token', 'The code has expired.'))
  }
}
