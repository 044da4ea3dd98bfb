import type { ProviderClient } from '../core/index.ts'
import { AuthorizationCodeLogin, type LoginContext } from './authorization-code-login.ts'
import type { ProviderDefinition } from './provider-definition.ts'
import { refresh, revoke } from './refresh.ts'

/** Makes a provider's data into what the broker uses. */
export function createProviderClient(definition: ProviderDefinition, context: LoginContext): ProviderClient {
  return {
    id: definition.id,
    name: definition.name,
    aliases: definition.aliases,
    issuer: definition.issuer,
    baseUrl: definition.apiBaseUrl,
    headers: (grant) => definition.headers(grant.identity),
    startLogin: (request) => new AuthorizationCodeLogin(definition, context).start(request),
    refresh: (grant) => refresh(definition, grant, context.transport, context.clock),
    revoke: (grant) => revoke(definition, grant, context.transport),
  }
}
