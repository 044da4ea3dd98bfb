import { proxyFrom } from '../integrations/network-variables.ts'
import type { EnvironmentFacts } from '../ipc/settings.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What the environment decides for the app and its host, as far as a person may see it. */
export function environmentFacts(env: Environment): EnvironmentFacts {
  const proxy = proxyFrom(env)?.address
  const noProxy = env.NO_PROXY ?? env.no_proxy
  const extraCa = env.NODE_EXTRA_CA_CERTS
  return {
    ...(proxy === undefined ? {} : { proxy }),
    ...(noProxy ? { noProxy } : {}),
    ...(extraCa ? { extraCa } : {}),
    refreshIsFixed: isSet(env.TOKENTRAY_REFRESH),
    logLevelIsFixed: isSet(env.TOKENTRAY_LOG),
    vaultIsFixed: isSet(env.TOKENTRAY_VAULT),
  }
}

const isSet = (value: string | undefined): boolean => value !== undefined && value !== ''
