import type { EnvironmentFacts } from '../ipc/settings.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What the environment decides for the app and its host, as far as a person may see it. */
export function environmentFacts(env: Environment): EnvironmentFacts {
  const proxy = proxyOf(env)
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

/**
 * The proxy of HTTPS requests by the rules of undici: the lower-case name first, and the one of HTTP where there is none. Only scheme,
 * host and port are taken, as everything else of the URL may be a secret; what cannot be read as a URL is not shown at all.
 */
function proxyOf(env: Environment): string | undefined {
  const given = (env.https_proxy ?? env.HTTPS_PROXY) || (env.http_proxy ?? env.HTTP_PROXY)
  if (!given || !URL.canParse(given)) return undefined
  const { protocol, host } = new URL(given)
  return host === '' ? undefined : `${protocol}//${host}`
}
