import type { ApiDefinition, ProviderDefinition } from '../oauth/index.ts'
import { BrokerError } from '../protocol/index.ts'

/**
 * Reads TOKENTRAY_UPSTREAM, which replaces the origin of every built-in URL with a server of this computer. Throws
 * `invalid_request` for anything that is not a loopback origin, because the codes and tokens of a login would go there.
 */
export function parseUpstream(value: string | undefined): string | undefined {
  if (value === undefined || value === '') return undefined
  const url = URL.canParse(value) ? new URL(value) : undefined
  const loopback = ['127.0.0.1', 'localhost', '[::1]'].includes(url?.hostname ?? '')
  if (url === undefined || !loopback || !['http:', 'https:'].includes(url.protocol)) {
    throw new BrokerError('invalid_request', 'TOKENTRAY_UPSTREAM must be an address of this computer.', {
      fix: 'Set it to something like http://127.0.0.1:8080, or unset it.',
    })
  }
  return url.origin
}

/** The definition with every origin replaced and every path kept. The issuer changes with them, so S7 keeps grants apart. */
export function withUpstream(definition: ProviderDefinition, origin: string): ProviderDefinition {
  const moved = (address: string) => {
    const { pathname, search } = new URL(address)
    return origin + (pathname === '/' ? '' : pathname) + search
  }
  const endpoints = Object.fromEntries(
    (['authorizationEndpoint', 'deviceAuthorizationEndpoint', 'tokenEndpoint', 'revocationEndpoint', 'jwksUri'] as const)
      .filter((member) => definition[member])
      .map((member) => [member, moved(definition[member] ?? '')]),
  )
  const { derived, person, keys } = definition
  return {
    ...definition,
    ...endpoints,
    issuer: moved(definition.issuer),
    alsoIssuer: definition.issuer,
    relocate: moved,
    api: movedApi(definition.api, moved),
    ...(keys === undefined ? {} : { keys: keys.map((key) => ({ ...key, api: movedApi(key.api, moved) })) }),
    ...(derived === undefined ? {} : { derived: { ...derived, url: moved(derived.url) } }),
    ...(person === undefined ? {} : { person: { ...person, url: moved(person.url) } }),
  }
}

function movedApi(api: ApiDefinition, moved: (address: string) => string): ApiDefinition {
  const { baseUrl, check, usage } = api
  return {
    ...api,
    baseUrl: moved(baseUrl),
    ...(check === undefined ? {} : { check: moved(check) }),
    ...(usage === undefined ? {} : { usage: { ...usage, url: moved(usage.url) } }),
  }
}
