import type { Clock } from '../core/index.ts'
import type { Installation, ProviderDefinition } from './provider-definition.ts'
import type { RedirectReceiver } from './redirect-receiver.ts'
import type { Wording } from './token-endpoint.ts'
import type { Transport } from './transport.ts'

/** What every flow works with. */
export interface ProviderContext {
  readonly clock: Clock
  readonly transport: Transport
  readonly receiver: RedirectReceiver
  /** Read with the first provider that wants to know it. */
  readonly installation: () => Installation
}

/** The headers that the authorization server of a provider wants, as part of the wording of a request. */
export function requestHeaders(definition: ProviderDefinition, { installation }: ProviderContext): Pick<Wording, 'headers'> {
  return definition.requestHeaders === undefined ? {} : { headers: definition.requestHeaders(installation()) }
}
