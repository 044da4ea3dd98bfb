// A provider's client as the broker has it, against the double of its servers, in this process and without a redirect port.
import { get } from 'node:http'
import { type Clock, type Grant, type ProviderClient, Secret, silentLog, systemClock } from '../../src/core/index.ts'
import { createProviderClient, createTransport, RedirectReceiver } from '../../src/oauth/index.ts'
import type { LoginFlow } from '../../src/protocol/index.ts'
import { providers, withUpstream } from '../../src/providers/index.ts'
import type { Decision, ProviderDouble } from './double/index.ts'

export const installation = {
  id: '6f9619ff-8b86-4011-b42d-00c04fc964ff',
  version: '0.1.0',
  system: 'linux x64',
  release: '6.1.0',
  settings: {},
}

export function clientOf(id: string, { origin }: ProviderDouble): ProviderClient {
  const definition = providers.find((each) => each.id === id)
  if (definition === undefined) throw new Error(id)
  return createProviderClient(withUpstream(definition, origin), contextOf())
}

export const contextOf = (clock: Clock = systemClock) => ({
  clock,
  transport: createTransport({}),
  receiver: new RedirectReceiver(silentLog, clock),
  installation: () => installation,
})

/** Signs in by a flow, as a person with a browser would. */
export async function signInBy(
  client: ProviderClient,
  double: ProviderDouble,
  flow: LoginFlow,
  { decision = {}, ...request }: { readonly decision?: Decision; readonly another?: boolean; readonly clientId?: string } = {},
): Promise<Grant> {
  const attempt = await client.startLogin({ flow, ...request })
  // Whoever waits hears of a failure; until then it must not be an unhandled one.
  attempt.outcome.catch(() => {})
  if (attempt.prompt.kind === 'device') {
    double.approveDevice(attempt.prompt.user_code)
    return attempt.outcome
  }
  const response = double.approve(attempt.authorizationUrl, decision)
  if (attempt.prompt.kind === 'browser') await visit(response)
  else attempt.submit(response)
  return attempt.outcome
}

/** What a browser does with a redirect to this computer; `localhost` is asked for on 127.0.0.1, as one without IPv6 does. */
export function visit(redirect: string): Promise<number> {
  const url = new URL(redirect)
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: url.port, path: url.pathname + url.search, headers: { host: url.host } }
    get(options, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    }).on('error', reject)
  })
}

/** Random text of a key that begins like this. */
export const keyLike = (prefix: string): Secret =>
  new Secret(`${prefix}${Array.from({ length: 40 }, () => Math.floor(Math.random() * 36).toString(36)).join('')}`)
