import { join } from 'node:path'
import {
  Broker,
  type ClientRegister,
  type Clock,
  type GrantVault,
  type Ledger,
  type Log,
  type ProviderClient,
  Secret,
  systemClock,
  toEpochSeconds,
} from '../core/index.ts'
import { createProviderClient, createTransport, type ProviderDefinition, RedirectReceiver } from '../oauth/index.ts'
import type { HealthResponse } from '../protocol/index.ts'
import { readVersion } from '../protocol/version.ts'
import { providers, withUpstream } from '../providers/index.ts'
import {
  becomeOwner,
  ClientFile,
  ClientProofs,
  FileLedger,
  MemoryClientRegister,
  MemoryLedger,
  startTokenServer,
} from '../server/index.ts'
import { createVault } from '../vault/index.ts'
import { createBrokerLog } from './broker-log.ts'
import { type Environment, type HostSettings, readSettings } from './environment.ts'
import type { HostCommandName, HostCommands, HostHandle } from './handle.ts'
import { installationOf } from './installation.ts'
import { type PracticeOnDemand, practiceOnDemand } from './practice-on-demand.ts'
import { readProviderFolder } from './provider-folder.ts'

export interface HostOptions {
  readonly env: Environment
  readonly host: HealthResponse['host']
}

/**
 * Wires the broker together and starts it: ownership, vault, providers, token socket, in this order, so that a second broker
 * ends before it touches anything. The socket answers before the vault is open, because a keychain may wait for its owner.
 * Throws `already_running`, `socket_unusable` or `invalid_request`.
 */
export async function startHost({ env, host }: HostOptions): Promise<HostHandle> {
  const settings = readSettings(env)
  const { home, socket } = settings
  const owned = await becomeOwner(home, { pid: process.pid, host, socket })
  const clock = systemClock
  const log = createBrokerLog(host === 'daemon' ? 'stderr' : { folder: join(home, 'log') }, settings.logLevel)
  const { vault, index, journal } = createVault({ home, clock, ...vaultOf(settings) })
  const transport = createTransport(env)
  const receiver = new RedirectReceiver(log, clock)
  const installation = installationOf(settings.store === 'memory' ? undefined : home, env)
  const { definitions, notices } = await readProviderFolder(home)
  const { clients, practice } = createClients(settings, definitions, (definition) =>
    createProviderClient(definition, { clock, transport, receiver, installation }),
  )
  for (const { description } of notices) log.warn('provider file not used', { description })
  const { register, ledger, proofs, close } = createClientRecords(settings, clock, log)
  const { refreshAhead } = settings
  const broker = new Broker({ clock, vault, journal, index, register, ledger, clients, log, refreshAhead, notices })
  const version = readVersion()
  const health: HealthResponse = {
    name: 'tokentray',
    version,
    api: 'v1',
    host,
    pid: process.pid,
    home,
    started_at: toEpochSeconds(clock.now()),
  }
  const server = await startTokenServer(socket, { broker, vault, ledger, proofs, clock, health, log })
  void broker.start()
  if (index.list().some((record) => record.provider === 'practice')) void practice?.start()
  log.info('ready', { socket, host, version })
  return {
    facts: { socket, home, version },
    snapshot: () => broker.snapshot(),
    onSnapshot: (listener) => broker.subscribe(listener),
    onExit: () => {},
    ask: (name, value) => answer(broker, vault, name, value),
    stop: async () => {
      // Who waits for the person is answered now, because the server waits for its answers.
      broker.clients.stop()
      await broker.stopLogins()
      await server.close()
      await broker.stop()
      close()
      await practice?.stop()
      await owned.release()
      for (let left = 20; vault.busy && left > 0; left -= 1)
        await new Promise((resolve) => clock.after(50, () => resolve(undefined)))
      log.info('stopped', { held: vault.busy })
      return vault.busy ? 'held' : 'ended'
    },
  }
}

const vaultOf = ({ store, passphraseFile }: HostSettings) => ({
  ...(store === undefined ? {} : { store }),
  ...(passphraseFile === undefined ? {} : { passphraseFile }),
})

interface ClientRecords {
  readonly register: ClientRegister
  readonly ledger: Ledger
  readonly proofs: ClientProofs
  close(): void
}

/** What is known of the programs that ask for tokens. Beside the memory vault, none of it is written. */
function createClientRecords({ home, socket, store }: HostSettings, clock: Clock, log: Log): ClientRecords {
  const proofs = new ClientProofs({ socket, clock, log })
  if (store === 'memory') {
    return { register: new MemoryClientRegister(), ledger: new MemoryLedger(), proofs, close: () => proofs.close() }
  }
  const ledger = new FileLedger({ home, clock, log })
  const close = () => {
    ledger.close()
    proofs.close()
  }
  return { register: new ClientFile({ home, clock, log }), ledger, proofs, close }
}

/** The clients of all providers; the practice one starts its server on demand, unless an upstream plays its part. */
function createClients(
  { upstream, store, home }: HostSettings,
  definitions: readonly ProviderDefinition[],
  create: (definition: ProviderDefinition) => ProviderClient,
): { readonly clients: ProviderClient[]; readonly practice: PracticeOnDemand | undefined } {
  const own = definitions.map(create)
  if (upstream !== undefined) {
    const builtIn = providers.map((definition) => create(withUpstream(definition, upstream)))
    return { clients: [...builtIn, ...own], practice: undefined }
  }
  const builtIn = providers.map(create)
  const practiceClient = builtIn.find((client) => client.id === 'practice')
  if (practiceClient === undefined) return { clients: [...builtIn, ...own], practice: undefined }
  const practice = practiceOnDemand(practiceClient, store === 'memory' ? undefined : join(home, 'practice'))
  return { clients: [...builtIn.map((client) => (client === practiceClient ? practice.client : client)), ...own], practice }
}

async function answer<Name extends HostCommandName>(
  broker: Broker,
  vault: GrantVault,
  name: Name,
  value: HostCommands[Name]['ask'],
): Promise<HostCommands[Name]['answer']> {
  const handlers: {
    readonly [Each in HostCommandName]: (ask: HostCommands[Each]['ask']) => Promise<HostCommands[Each]['answer']>
  } = {
    start_login: (ask) => broker.startLogin(ask),
    login_link: async ({ id }) => ({ authorization_url: broker.loginLink(id) }),
    login_status: ({ id }) => broker.loginStatus(id),
    submit_response: ({ id, pasted }) => broker.submitResponse(id, pasted),
    cancel_login: ({ id }) => broker.cancelLogin(id),
    sign_out: ({ id }) => broker.accounts.signOut(id),
    lock: () => broker.lock(),
    unlock: ({ passphrase }) => vault.unlock(passphrase === undefined ? undefined : new Secret(passphrase)),
    refresh: ({ id }) => broker.accounts.refresh(id),
    change_account: async ({ id, change }) => broker.accounts.change(id, change),
    decide_login: ({ id, decision }) => broker.decideLogin(id, decision),
    add_key: (ask) => broker.accounts.addKey(ask),
    check: ({ id }) => broker.accounts.check(id, 30_000),
    providers: async () => broker.accounts.providers(),
    decide: async ({ approval, decision }) => broker.clients.decide(approval, decision),
    policy: async () => broker.clients.policy(),
    set_ask: async ({ ask }) => broker.clients.setAsk(ask),
    wake: async (ask) => {
      broker.wake(ask?.asker)
      return undefined
    },
  }
  return handlers[name](value)
}
