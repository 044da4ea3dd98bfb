import { certificatePlaces, proxyFrom } from '../integrations/network-variables.ts'
import { type ProviderDefinition, type RedirectReceiver, type Transport, TransportError } from '../oauth/index.ts'
import type { Diagnosis, ReachedServer } from '../protocol/index.ts'
import type { ClockWatch } from './clock-watch.ts'
import type { Environment } from './environment.ts'

/** How long a server may take that is asked for nothing but an answer. Milliseconds. */
const patience = 10_000

export interface DiagnosisParts {
  readonly env: Environment
  readonly receiver: Pick<RedirectReceiver, 'look'>
  readonly watch: ClockWatch
  readonly definitions: readonly ProviderDefinition[]
}

/** What this process sees of the computer. The servers of `providers` are asked for a page when there are any, and sent no login. */
export type Diagnose = (providers: readonly string[] | undefined) => Promise<Diagnosis>

export function diagnosing({ env, receiver, watch, definitions }: DiagnosisParts): Diagnose {
  const ports = [...new Set(definitions.flatMap(({ redirect }) => redirect?.ports ?? []))].filter((port) => port !== 0)
  return async (providers) => {
    // First, because the answers tell the time.
    const servers = providers === undefined ? undefined : await reach(watch.transport, definitions, providers)
    const clock = watch.reading()
    const proxy = proxyFrom(env)
    const noProxy = env.NO_PROXY ?? env.no_proxy
    return {
      redirect_ports: [...(await receiver.look(ports))],
      ...(clock === undefined ? {} : { clock }),
      ...(proxy === undefined ? {} : { proxy }),
      ...(noProxy ? { no_proxy: noProxy } : {}),
      certificates: [...(await certificatePlaces(env))],
      ...(servers === undefined ? {} : { servers: [...servers] }),
    }
  }
}

/** Each server once, however many providers it has. */
async function reach(
  transport: Transport,
  definitions: readonly ProviderDefinition[],
  providers: readonly string[],
): Promise<readonly ReachedServer[]> {
  const origins = new Map<string, string[]>()
  for (const { id, tokenEndpoint, issuer } of definitions) {
    if (!providers.includes(id)) continue
    const { origin } = new URL(tokenEndpoint || issuer)
    origins.set(origin, [...(origins.get(origin) ?? []), id])
  }
  return Promise.all(
    [...origins].map(async ([origin, ids]): Promise<ReachedServer> => {
      const server = { providers: ids, host: new URL(origin).host }
      try {
        await transport({ url: `${origin}/`, method: 'GET', headers: {}, deadline: patience })
        return server
      } catch (error) {
        if (error instanceof TransportError) return { ...server, error: error.reason }
        throw error
      }
    }),
  )
}
