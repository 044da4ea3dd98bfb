import {
  type DeviceDialect,
  numberClaim,
  parseObject,
  readError,
  refusedStart,
  secondsWithin,
  textClaim,
} from '../oauth/index.ts'

const issuer = 'https://auth.openai.com'

/**
 * OpenAI has a device flow of its own, with JSON, statuses in place of error codes, and a code that still has to be exchanged, for which
 * the server makes the PKCE pair. The whole has to be done within 15 minutes.
 */
export const openaiDevice: DeviceDialect = {
  async start({ clientId, relocate = same }, post) {
    const answer = await post(relocate(`${issuer}/api/accounts/deviceauth/usercode`), { client_id: clientId }, 'json')
    const body = parseObject(answer.text) ?? {}
    const handle = textClaim(body, 'device_auth_id')
    const userCode = textClaim(body, 'user_code') ?? textClaim(body, 'usercode')
    if (answer.status === 404) {
      return {
        code: 'device_login_disabled',
        description:
          'device code login is not switched on; allow it in the security settings of ChatGPT, or sign in with the browser',
      }
    }
    if (answer.status !== 200 || handle === undefined || userCode === undefined) return refusedStart(answer)
    const interval = secondsWithin(numberClaim(body, 'interval'), 5, 60)
    return { handle, userCode, verificationUri: `${issuer}/codex/device`, interval, expiresIn: 900 }
  },

  async poll({ relocate = same }, { handle, userCode }, post) {
    const parameters = { device_auth_id: handle, user_code: userCode }
    const answer = await post(relocate(`${issuer}/api/accounts/deviceauth/token`), parameters, 'json')
    const body = parseObject(answer.text) ?? {}
    const [code, verifier] = [textClaim(body, 'authorization_code'), textClaim(body, 'code_verifier')]
    // The redirect URI is a name that the server compares, and nothing that is called.
    const redirectUri = `${issuer}/deviceauth/callback`
    if (answer.status === 200 && code !== undefined && verifier !== undefined) {
      return { kind: 'code', code, verifier, redirectUri }
    }
    const error = readError(body) ?? { code: 'unknown', description: `status ${answer.status}` }
    if (error.code === 'slow_down') return { kind: 'slow_down', interval: 0 }
    if (error.code === 'access_denied') return { kind: 'ended', reason: 'denied', error }
    if (error.code === 'expired_token') return { kind: 'ended', reason: 'expired', error }
    // A bot check answers 403 as well, and then there is no JSON; both are asked again.
    return answer.status === 403 || answer.status === 404 ? { kind: 'pending' } : { kind: 'unclear', error }
  },
}

const same = (url: string) => url
