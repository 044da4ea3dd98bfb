import { BrokerError, homeFolder, type KeyStoreKind, keyStoreKind, socketPath } from '../protocol/index.ts'
import { parseUpstream } from '../providers/index.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Everything the environment decides, checked once at start. */
export interface HostSettings {
  readonly home: string
  readonly socket: string
  /** Undefined when the vault itself decides. */
  readonly store: KeyStoreKind | undefined
  readonly passphraseFile: string | undefined
  /** Undefined when the person decides. */
  readonly refresh: 'ahead' | 'ondemand' | undefined
  readonly upstream: string | undefined
  /** Undefined when the person decides. */
  readonly logLevel: string | undefined
}

/** Throws `invalid_request` or `socket_unusable` for a value that cannot be meant. */
export function readSettings(env: Environment): HostSettings {
  return {
    home: homeFolder(env),
    socket: socketPath(env),
    store: oneOf(env, 'TOKENTRAY_VAULT', keyStoreKind.options),
    passphraseFile: env.TOKENTRAY_PASSPHRASE_FILE || undefined,
    refresh: oneOf(env, 'TOKENTRAY_REFRESH', ['ahead', 'ondemand']),
    upstream: parseUpstream(env.TOKENTRAY_UPSTREAM),
    logLevel: env.TOKENTRAY_LOG || undefined,
  }
}

/** The value of a variable with a closed list of values, or undefined when it is not set. */
function oneOf<Value extends string>(env: Environment, name: string, values: readonly Value[]): Value | undefined {
  const given = env[name]
  if (given === undefined || given === '') return undefined
  const value = values.find((known) => known === given)
  if (value !== undefined) return value
  throw new BrokerError('invalid_request', `${name} is "${given.slice(0, 40)}".`, {
    fix: `Set it to ${values.join(' or ')}, or unset it.`,
  })
}
