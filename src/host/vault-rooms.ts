import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  BrokerError,
  defaultVault,
  type RemoveVaultResponse,
  socketPath,
  type VaultEntry,
  vaultHome,
  vaultNamePattern,
} from '../protocol/index.ts'
import { becomeOwner, ownSocket, type VaultDesk } from '../server/index.ts'
import type { VaultFault } from '../vault/index.ts'
import type { Environment } from './environment.ts'
import type { HostParts } from './host-parts.ts'
import { VaultRoom } from './vault-room.ts'

/** Each has a socket and timers of its own; a program in a loop must not fill the process. */
const mostVaults = 32

/** How long the deletion of a key may wait for the keychain. Milliseconds. */
const keychainPatience = 30_000

/** How long the end of the process waits for a change under way. Milliseconds. */
const lastPatience = 2_000

/** Begins the name of a folder that is being deleted. No vault can have it. */
const removedPrefix = '.removed-'

interface Served {
  readonly room: VaultRoom
  readonly owned: { release(): Promise<void> }
}

/** The vaults besides the default one: brought up at the start, made and deleted while the process runs, and ended with it. */
export class VaultRooms implements VaultDesk {
  readonly #parts: HostParts
  readonly #env: Environment
  readonly #main: VaultRoom
  readonly #served = new Map<string, Served>()
  /** The vaults that are there and could not be started. */
  readonly #failed = new Map<string, BrokerError>()
  /** One change at a time, so that a vault is not made while it is deleted. */
  #turn: Promise<unknown> = Promise.resolve()
  #stopping = false

  constructor(parts: HostParts, env: Environment, main: VaultRoom) {
    this.#parts = parts
    this.#env = env
    this.#main = main
  }

  /** Serves every vault that is there. One that cannot be served costs no other; it is logged and named in the list. */
  async start(): Promise<void> {
    await this.#inTurn(async () => {
      // Beside the memory vault nothing is read from the disk; these vaults are those of another start.
      if (this.#inMemory) return
      await sweep(this.#folder)
      // One that somebody asked for as soon as the socket was there is served already.
      const names = vaultsIn(this.#folder).filter((name) => !this.#served.has(name))
      await Promise.all(names.map((name) => this.#serve(name).catch(() => {})))
    })
  }

  list(): readonly VaultEntry[] {
    const failed = [...this.#failed].map(([name, { code, message, fix }]) => {
      const error = { code, description: message, ...(fix === undefined ? {} : { fix }) }
      return { name, accounts: 0, error }
    })
    const others = [...[...this.#served.values()].map(({ room }) => room.entry()), ...failed]
    return [this.#main.entry(), ...others.sort((a, b) => (a.name < b.name ? -1 : 1))]
  }

  create(name: string): Promise<VaultEntry> {
    return this.#inTurn(async () => {
      if (name === defaultVault || this.#served.has(name) || this.#failed.has(name)) {
        throw new BrokerError('invalid_request', `There is a vault "${name}" already.`, { fix: 'Give the new one another name.' })
      }
      if (this.#served.size + this.#failed.size >= mostVaults) {
        throw new BrokerError('invalid_request', `There are ${mostVaults} vaults besides the default one already.`, {
          fix: 'Remove one of them with `tokentray vault remove` first.',
        })
      }
      // Before anything is made on the disk.
      socketPath(this.#env, process.platform, name)
      const home = vaultHome(this.#env, name)
      const isNew = !this.#inMemory && !existsSync(home)
      try {
        return (await this.#serve(name)).entry()
      } catch (error) {
        this.#failed.delete(name)
        // What the attempt has made of it would be a vault for the next start.
        if (isNew) await rm(home, { recursive: true, force: true }).catch(() => {})
        throw error
      }
    })
  }

  remove(name: string, signOut: boolean): Promise<RemoveVaultResponse> {
    return this.#inTurn(async () => {
      const { room, owned } = this.#find(name)
      const logins = await room.logins()
      if (logins > 0 && !signOut) throw inUse(name, logins)
      const signedOut = await room.signOutAll()
      // From here on nobody can sign in to it any more; who did so a moment ago is signed out as well.
      this.#served.delete(name)
      await room.close()
      signedOut.push(...(await room.signOutAll().catch(() => [])))
      await room.stop()
      const fault = await this.#destroyKey(room)
      await owned.release()
      if (!this.#inMemory) await this.#deleteFolder(room.place.home)
      this.#parts.log.info('vault removed', { vault: name })
      return { name, signed_out: signedOut, ...(fault === undefined ? {} : { notice: keptKey(fault) }) }
    })
  }

  /** See `Broker.wake`. What a person asked of the default vault brings up no prompt for another one. */
  wake(): void {
    for (const { room } of this.#served.values()) room.broker.wake()
  }

  /**
   * What is being made or deleted ends first, unless a provider or the keychain keeps it waiting: what is left of it then is a vault
   * without logins, which can be deleted later. Nothing is begun any more.
   */
  async stop(): Promise<void> {
    this.#stopping = true
    await this.#inTime(this.#turn, lastPatience, undefined)
    await Promise.all([...this.#served.values()].map(({ room }) => room.stop()))
    await Promise.all([...this.#served.values()].map(({ owned }) => owned.release()))
  }

  get #inMemory(): boolean {
    return this.#parts.settings.store === 'memory'
  }

  get #folder(): string {
    return join(this.#parts.settings.home, 'vaults')
  }

  async #serve(name: string): Promise<VaultRoom> {
    const { log, health } = this.#parts
    const home = vaultHome(this.#env, name)
    try {
      const socket = socketPath(this.#env, process.platform, name)
      const note = { pid: health.pid, host: health.host, socket }
      const owned = this.#inMemory ? await ownSocket(socket) : await becomeOwner(home, note)
      try {
        const room = new VaultRoom({ name, home, socket }, this.#parts)
        await room.serve()
        this.#served.set(name, { room, owned })
        return room
      } catch (error) {
        await owned.release()
        throw error
      }
    } catch (error) {
      const known = asBrokerError(error)
      this.#failed.set(name, known)
      log.warn('vault not served', { vault: name, description: known.message })
      throw known
    }
  }

  #find(name: string): Served {
    if (name === defaultVault) {
      throw new BrokerError('invalid_request', 'The default vault cannot be removed.', {
        fix: 'Sign out of its accounts with `tokentray logout` instead.',
      })
    }
    const served = this.#served.get(name)
    if (served !== undefined) return served
    const failed = this.#failed.get(name)
    if (failed === undefined) throw new BrokerError('unknown_vault', `There is no vault "${name}".`)
    const fix = `${failed.fix ?? ''} Or delete the folder ${vaultHome(this.#env, name)} by hand.`.trim()
    throw new BrokerError('invalid_request', `The vault "${name}" could not be started: ${failed.message}`, { fix })
  }

  /** Answers why the key is still there. */
  async #destroyKey(room: VaultRoom): Promise<VaultFault | undefined> {
    const failed = (error: Error): VaultFault => ({ ...lateFault, description: error.message })
    return this.#inTime(room.vault.destroy().catch(failed), keychainPatience, lateFault)
  }

  async #inTime<T>(work: Promise<T>, patience: number, otherwise: T): Promise<T> {
    let cancelTimer = () => {}
    const late = new Promise<T>((resolve) => {
      cancelTimer = this.#parts.clock.after(patience, () => resolve(otherwise))
    })
    const result = await Promise.race([work, late])
    cancelTimer()
    return result
  }

  /** Under another name first, so that a crash in the middle leaves no half of a vault that would be served again. */
  async #deleteFolder(home: string): Promise<void> {
    const removed = join(this.#folder, `${removedPrefix}${randomBytes(6).toString('hex')}`)
    try {
      await rename(home, removed)
      await rm(removed, { recursive: true, force: true })
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      throw new BrokerError('vault_unavailable', `The vault has ended, and its folder ${home} could not be deleted (${code}).`, {
        fix: 'Delete the folder by hand.',
      })
    }
  }

  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(() => {
      if (this.#stopping) throw new BrokerError('temporarily_unavailable', 'TokenTray is about to end.')
      return change()
    })
    this.#turn = result.catch(() => {})
    return result
  }
}

function vaultsIn(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true })
    return entries.filter((entry) => entry.isDirectory() && isVaultName(entry.name)).map(({ name }) => name)
  } catch {
    // Most homes have none.
    return []
  }
}

const isVaultName = (name: string): boolean => vaultNamePattern.test(name) && name !== defaultVault

/** Deletes what a crash in the middle of a removal has left. Best effort: the next start tries again. */
async function sweep(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  const removed = names.filter((name) => name.startsWith(removedPrefix))
  await Promise.all(removed.map((name) => rm(join(folder, name), { recursive: true, force: true }).catch(() => {})))
}

function inUse(name: string, logins: number): BrokerError {
  const accounts = logins === 1 ? '1 account is' : `${logins} accounts are`
  return new BrokerError('invalid_request', `${accounts} signed in to the vault "${name}".`, {
    fix: `Sign out first, or run \`tokentray vault remove ${name} --sign-out\`, which signs out of all of them.`,
  })
}

/** A fault that is none of the broker's own costs the vault nothing but its service. */
function asBrokerError(error: unknown): BrokerError {
  if (error instanceof BrokerError) return error
  return new BrokerError('vault_unavailable', `The vault met an unexpected fault: ${(error as Error).message}.`, {
    fix: 'Start TokenTray again. Report it if it stays.',
  })
}

const lateFault: VaultFault = {
  code: 'keychain_waiting',
  description: 'The keychain has not answered.',
  fix: 'Answer its prompt, or delete the item "TokenTray" with a program for the keychain of your system.',
}

const keptKey = ({ description, fix }: VaultFault): string =>
  `The key of the vault may still be in the keychain, where it opens nothing any more. ${description} ${fix}`
