/**
 * Where the practice server is and how to talk to it. This file imports nothing, so that the provider definition can read it
 * without loading an authorization server.
 */

/** The fixed port, so that a login outlives a restart: the issuer, which a credential is bound to (S7), contains it. */
export const practicePort = 14551

/** The one client. It is public (RFC 8252 section 8.4): it has no secret. */
export const practiceClientId = 'tokentray-practice'

/** Everything the client may ask for; `offline_access` asks for a refresh token. */
export const practiceScopes = ['openid', 'profile', 'email', 'offline_access'] as const

/** Paths below the issuer. */
export const practicePaths = {
  authorization: '/oauth/authorize',
  token: '/oauth/token',
  deviceAuthorization: '/oauth/device',
  device: '/device',
  revocation: '/oauth/revoke',
  userinfo: '/oauth/userinfo',
  jwks: '/oauth/jwks',
  interaction: '/sign-in',
  api: '/api',
} as const

/** The redirect URIs are `http://HOST:PORT` of these, with this path; nothing else is accepted. */
export const practiceRedirectHosts = ['127.0.0.1', 'localhost'] as const
export const practiceRedirectPorts = [1455, 1457] as const
export const practiceRedirectPath = '/auth/callback'

/** The issuer identifier of the practice server on a port. */
export const practiceIssuer = (port: number = practicePort): string => `http://127.0.0.1:${port}`

/** The base URL of the protected API of the practice server on a port. */
export const practiceApiUrl = (port: number = practicePort): string => practiceIssuer(port) + practicePaths.api
