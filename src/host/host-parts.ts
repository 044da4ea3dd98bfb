import { join } from 'node:path'
import { type Clock, type ProviderClient, systemClock, toEpochSeconds } from '../core/index.ts'
import { type Surroundings, surroundingsOf } from '../integrations/tool.ts'
import { createProviderClient, createTransport, type ProviderDefinition, RedirectReceiver } from '../oauth/index.ts'
import type { HealthResponse, StateError } from '../protocol/index.ts'
import { readVersion } from '../protocol/version.ts'
import { providers, withUpstream } from '../providers/index.ts'
import { createKeychain, type KeyStore } from '../vault/index.ts'
import { type BrokerLog, createBrokerLog } from './broker-log.ts'
import { isElsewhere, watchClock } from './clock-watch.ts'
import { type Diagnose, diagnosing } from './diagnosis.ts'
import type { Environment, HostSettings } from './environment.ts'
import { type ForeignLoginsOnDemand, foreignLogins } from './foreign-logins.ts'
import { installationOf } from './installation.ts'
import { type PracticeOnDemand, practiceOnDemand } from './practice-on-demand.ts'
import { readProviderFolder } from './provider-folder.ts'
import { RefreshChoice } from './refresh-choice.ts'

/**
 * What there is once in a process, however many vaults it serves: the redirect ports, the connections to the providers, the
 * practice server and the keychain would be fought over otherwise.
 */
export interface HostParts {
  readonly settings: HostSettings
  readonly clock: Clock
  readonly log: BrokerLog
  readonly refresh: RefreshChoice
  readonly clients: readonly ProviderClient[]
  readonly practice: PracticeOnDemand | undefined
  readonly keychain: KeyStore
  readonly notices: readonly StateError[]
  /** What decides where tools keep their files. */
  readonly surroundings: Surroundings
  readonly foreign: ForeignLoginsOnDemand
  readonly diagnose: Diagnose
  /** But for the home, which each vault has of its own. */
  readonly health: Omit<HealthResponse, 'home'>
}

/** Only after the home has its owner. */
export async function createHostParts(
  settings: HostSettings,
  env: Environment,
  host: HealthResponse['host'],
): Promise<HostParts> {
  const { home, logLevel, store } = settings
  const clock = systemClock
  const log = createBrokerLog(host === 'daemon' ? 'stderr' : { folder: join(home, 'log') }, logLevel)
  // A server that takes the place of all providers may be on this computer and is asked for the time all the same.
  const watch = watchClock(createTransport(env), clock, (url) => settings.upstream !== undefined || isElsewhere(url))
  const { transport } = watch
  const receiver = new RedirectReceiver(log, clock)
  const installation = installationOf(store === 'memory' ? undefined : home, env)
  const { definitions, notices } = await readProviderFolder(home)
  const { clients, practice } = createClients(settings, definitions, (definition) =>
    createProviderClient(definition, { clock, transport, receiver, installation }),
  )
  for (const { description } of notices) log.warn('provider file not used', { description })
  const health = {
    name: 'tokentray',
    version: readVersion(),
    api: 'v1',
    host,
    pid: process.pid,
    started_at: toEpochSeconds(clock.now()),
  } as const
  const refresh = new RefreshChoice(settings.refresh)
  const keychain = createKeychain(clock)
  const diagnose = diagnosing({ env, receiver, watch, definitions: [...builtIn(settings), ...definitions] })
  const surroundings = surroundingsOf(env)
  const foreign = foreignLogins({ surroundings, home, clients })
  return { settings, clock, log, refresh, clients, practice, keychain, notices, health, surroundings, foreign, diagnose }
}

const builtIn = ({ upstream }: HostSettings): readonly ProviderDefinition[] =>
  upstream === undefined ? providers : providers.map((definition) => withUpstream(definition, upstream))

/** The clients of all providers; the practice one starts its server on demand, unless an upstream plays its part. */
function createClients(
  settings: HostSettings,
  definitions: readonly ProviderDefinition[],
  create: (definition: ProviderDefinition) => ProviderClient,
): { readonly clients: ProviderClient[]; readonly practice: PracticeOnDemand | undefined } {
  const own = definitions.map(create)
  const { upstream, store, home } = settings
  const given = builtIn(settings).map(create)
  const practiceClient = upstream === undefined ? given.find((client) => client.id === 'practice') : undefined
  if (practiceClient === undefined) return { clients: [...given, ...own], practice: undefined }
  const practice = practiceOnDemand(practiceClient, store === 'memory' ? undefined : join(home, 'practice'))
  return { clients: [...given.map((client) => (client === practiceClient ? practice.client : client)), ...own], practice }
}
