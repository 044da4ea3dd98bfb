import {
  type AccountIndex,
  Broker,
  type ClientRegister,
  type Clock,
  type History,
  type Ledger,
  type Log,
  tellVaultHistory,
} from '../core/index.ts'
import { BrokerError, defaultVault, type HealthResponse, type RemoveVaultResponse, type VaultEntry } from '../protocol/index.ts'
import {
  ClientFile,
  ClientProofs,
  FileHistory,
  FileLedger,
  MemoryClientRegister,
  MemoryHistory,
  MemoryLedger,
  type ShareDesk,
  startTokenServer,
  type TokenServer,
  type VaultDesk,
} from '../server/index.ts'
import { createVault, type OwnedVault } from '../vault/index.ts'
import type { HostSettings } from './environment.ts'
import type { HostParts } from './host-parts.ts'
import { movedLoginList, noMovedLoginList } from './moved-login-list.ts'
import { MovedLogins } from './moved-logins.ts'
import { noTokenFileList, tokenFileList } from './token-file-list.ts'
import { TokenFiles } from './token-files.ts'

/** One vault and where it is. */
export interface VaultPlace {
  readonly name: string
  readonly home: string
  readonly socket: string
}

/**
 * One vault with everything that is its own: the logins and their key, the index, the order of accounts, client permissions,
 * ledger, history, broker and token socket. Nothing is looked up in another room, so that no login and no permission reaches from one vault
 * into the other.
 */
export class VaultRoom {
  readonly place: VaultPlace
  readonly broker: Broker
  readonly vault: OwnedVault
  readonly tokenFiles: TokenFiles
  readonly movedLogins: MovedLogins
  readonly #parts: HostParts
  readonly #log: Log
  readonly #index: AccountIndex
  readonly #records: Records
  readonly #stored: () => Promise<number>
  #server: TokenServer | undefined
  #stopHistory = () => {}

  /** The home of the vault must have its owner. */
  constructor(place: VaultPlace, parts: HostParts) {
    const { clock, clients, notices, keychain, settings } = parts
    this.place = place
    this.#parts = parts
    this.#log = logOf(place, parts.log)
    const { vault, index, journal, stored } = createVault({ home: place.home, clock, keychain, ...keyOf(settings, place) })
    this.vault = vault
    this.#index = index
    this.#stored = stored
    this.#records = createRecords(place, parts, this.#log)
    const { register, ledger, history } = this.#records
    const refreshAhead = () => parts.refresh.ahead
    const records = { register, ledger, history }
    const about = { clients, foreign: parts.foreign, log: this.#log, refreshAhead, notices }
    this.broker = new Broker({ clock, vault, journal, index, ...records, ...about })
    const isKept = settings.store !== 'memory'
    const list = isKept ? tokenFileList(place.home, clock, this.#log) : noTokenFileList
    this.tokenFiles = new TokenFiles({ broker: this.broker, clock, log: this.#log, list, surroundings: parts.surroundings })
    const moved = isKept ? movedLoginList(place.home, clock, this.#log) : noMovedLoginList
    this.movedLogins = new MovedLogins({ broker: this.broker, clock, log: this.#log, list: moved })
  }

  get ledger(): Ledger {
    return this.#records.ledger
  }

  /** Undefined while there is no socket, and so nothing that could be shared. */
  get shares(): ShareDesk | undefined {
    return this.#server?.shares
  }

  /** Opens the socket, which answers before the vault is open, because a keychain may wait for its owner. */
  async serve(vaults?: VaultDesk): Promise<void> {
    const { clock, practice } = this.#parts
    const { broker, vault, tokenFiles, movedLogins } = this
    const { ledger, history, proofs } = this.#records
    const { name, home, socket } = this.place
    const diagnose = (online: boolean) =>
      this.#parts.diagnose(online ? this.#index.list().map(({ provider }) => provider) : undefined)
    const health: HealthResponse = { ...this.#parts.health, home, ...(name === defaultVault ? {} : { vault: name }) }
    const desk = vaults === undefined ? {} : { vaults }
    await movedLogins.settle()
    try {
      this.#server = await startTokenServer(socket, {
        broker,
        vault,
        ledger,
        history,
        proofs,
        clock,
        health,
        tokenFiles,
        movedLogins,
        diagnose,
        log: this.#log,
        ...desk,
      })
    } catch (error) {
      this.#records.close()
      throw error
    }
    this.#stopHistory = tellVaultHistory({ clock, history, vault })
    void broker.start()
    tokenFiles.start()
    if (this.#index.list().some((record) => record.provider === 'practice')) void practice?.start()
    this.#log.info('ready', { socket, host: health.host, version: health.version })
  }

  entry(): VaultEntry {
    const { name, socket } = this.place
    return { name, socket, accounts: this.#index.list().length, vault: this.vault.status() }
  }

  /** How many logins there are: those of the index, or those of the disk when the index has lost some. */
  async logins(): Promise<number> {
    return Math.max(this.#index.list().length, await this.#stored())
  }

  /** Revokes and forgets every login. Throws `vault_unavailable` when one cannot be forgotten. */
  async signOutAll(): Promise<RemoveVaultResponse['signed_out']> {
    const ended: RemoveVaultResponse['signed_out'] = []
    for (const { id, provider } of this.#index.list()) {
      const signedOut = await this.broker.accounts.signOut(id).catch((error: unknown) => {
        // A provider that this version does not know cannot be asked; its login goes with the folder.
        if (error instanceof BrokerError && error.code === 'unknown_provider') return { revoked: false }
        throw error
      })
      ended.push({ id, provider, revoked: signedOut.revoked })
    }
    return ended
  }

  /** Ends the socket and the logins under way: nobody can ask for anything any more. */
  async close(): Promise<void> {
    // Who waits for the person is answered now, because the server waits for its answers.
    this.broker.clients.stop()
    await this.broker.stopLogins()
    await this.tokenFiles.stop()
    await this.#server?.close()
    this.#server = undefined
  }

  /** Ends the socket first and the writes last. */
  async stop(): Promise<void> {
    await this.close()
    await this.broker.stop()
    this.#stopHistory()
    this.#records.close()
  }
}

/** Lines of the default vault are as they were when there was no other. */
function logOf({ name }: VaultPlace, log: Log): Log {
  if (name === defaultVault) return log
  return {
    info: (event, fields = {}) => log.info(event, { ...fields, vault: name }),
    warn: (event, fields = {}) => log.warn(event, { ...fields, vault: name }),
  }
}

/**
 * A passphrase file of its own for each vault, `<TOKENTRAY_PASSPHRASE_FILE>-<name>`: who may read the passphrase of one vault has
 * the logins of that vault and of no other.
 */
function keyOf({ store, passphraseFile }: HostSettings, { name }: VaultPlace) {
  const file = name === defaultVault ? passphraseFile : `${passphraseFile}-${name}`
  return {
    ...(store === undefined ? {} : { store }),
    ...(passphraseFile === undefined || file === undefined ? {} : { passphraseFile: file }),
  }
}

interface Records {
  readonly register: ClientRegister
  readonly ledger: Ledger
  readonly history: History
  readonly proofs: ClientProofs
  close(): void
}

/** What is known of the programs that ask for tokens, and of what happened to the logins. Beside the memory vault, none of it is written. */
function createRecords({ home, socket }: VaultPlace, parts: { clock: Clock; settings: HostSettings }, log: Log): Records {
  const { clock, settings } = parts
  const proofs = new ClientProofs({ socket, clock, log })
  if (settings.store === 'memory') {
    const history = new MemoryHistory()
    return { register: new MemoryClientRegister(), ledger: new MemoryLedger(), history, proofs, close: () => proofs.close() }
  }
  const ledger = new FileLedger({ home, clock, log })
  const history = new FileHistory({ home, clock, log })
  const close = () => {
    ledger.close()
    history.close()
    proofs.close()
  }
  return { register: new ClientFile({ home, clock, log }), ledger, history, proofs, close }
}
