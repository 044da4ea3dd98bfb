import {
  askBrokerLogins,
  type FoundStore,
  findStores,
  ignoring,
  importRequestOf,
  type MovableLogin,
  moveLogin,
  processesNamed,
  readConsents,
  readRadarMemory,
  rememberConsent,
  type SharedLogin,
  type StoreDefinition,
  type Surroundings,
  sharedLogins,
  stores,
  surroundingsOf,
  writeRadarMemory,
} from '../integrations/index.ts'
import type { Asks } from '../ipc/asks.ts'
import type { LoginMoved, Radar } from '../ipc/radar.ts'
import { BrokerError, homeFolder, type LoginSource } from '../protocol/index.ts'
import type { HostLink } from './host-link.ts'
import { shownPath } from './shown-path.ts'

/** What the radar needs of the app. */
export interface RadarPlace {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Milliseconds. */
  readonly now: () => number
  /** Whether it is not to be seen who signed in, which the name of a file may tell. */
  readonly hidesPersonalData: () => boolean
}

/** How long what was seen is good enough. Milliseconds. */
const every = 180_000

interface Seen {
  readonly shared: readonly SharedLogin[]
  readonly found: readonly FoundStore[]
}

/**
 * Finds the logins that several programs hold, in the files that the person allowed to be read, and ends that. It looks when somebody asks
 * and at most every few minutes; the tokens of a look end with it. P1: what a file holds stays here. Every action rejects with a BrokerError.
 */
export class LoginRadar {
  readonly #host: Pick<HostLink, 'ask'>
  readonly #place: RadarPlace
  readonly #surroundings: Surroundings
  readonly #home: string
  #looked: { readonly at: number; readonly seen: Promise<Seen> } | undefined

  constructor(host: Pick<HostLink, 'ask'>, place: RadarPlace) {
    this.#host = host
    this.#place = place
    this.#surroundings = surroundingsOf(place.env)
    this.#home = homeFolder(place.env)
  }

  /** What was seen within the last minutes, or what there is to see now. */
  async current(): Promise<Radar> {
    const now = this.#place.now()
    const last = this.#looked
    // A clock that was set back must not put off the next look for days.
    const isRecent = last !== undefined && last.at <= now && now - last.at < every
    return this.#shown(await (isRecent ? last.seen : this.#lookAnew()))
  }

  /** Keeps what the person said about reading the logins of a program, which is asked once. Throws `not_found`. */
  async allow({ program, allowed }: Asks['radar:allow']): Promise<Radar> {
    if (!stores.some(({ id }) => id === program)) throw new BrokerError('not_found', 'TokenTray knows no such program.')
    await rememberConsent(this.#home, program, allowed ? 'allowed' : 'refused')
    return this.#shown(await this.#lookAnew())
  }

  /** Does not show a finding any more, until other programs or another login are concerned. Throws `not_found`. */
  async ignore(finding: string): Promise<Radar> {
    const one = await this.#find(finding)
    const memory = await readRadarMemory(this.#home)
    await writeRadarMemory(this.#home, { ...memory, ignored: ignoring(memory.ignored, one) })
    return this.#shown(await this.#lookAnew())
  }

  /**
   * Makes TokenTray the one owner: the login moves here, and every program that can lose its refresh token does. Throws `not_found` when
   * what was shown is not so any more, `rules_not_accepted` before anything is changed, and what `moveLogin` throws.
   */
  async move({ finding, accept = false }: Asks['radar:move']): Promise<LoginMoved> {
    const { holders } = await this.#find(finding)
    const movable = holders.filter(({ canMove }) => canMove)
    // Copies within one program move together.
    const first = movable.filter((holder, index) => movable.findIndex(({ store }) => store === holder.store) === index)
    if (first.length === 0) {
      throw new BrokerError('invalid_request', 'None of these programs can give its login away.', {
        fix: 'Give each its own: sign in again in all of them but one.',
      })
    }
    let moving: string | undefined
    try {
      for (const { store, file, name } of first) {
        const hand = (login: MovableLogin, source: LoginSource) => {
          moving ??= login.refreshToken
          // Another one that was read a moment ago may be spent, and would take the place of the one that is good.
          if (login.refreshToken !== moving) throw changedMeanwhile(store)
          return this.#host.ask('import_login', { ...importRequestOf(login, { accepts: accept }), source })
        }
        await moveLogin({ store, file, name, surroundings: this.#surroundings, hand })
      }
    } finally {
      this.#looked = undefined
    }
    return { radar: await this.current(), running: await running(first.map(({ store }) => store)) }
  }

  /** The finding as it is now: another login may have taken its place since it was shown. */
  async #find(finding: string): Promise<SharedLogin> {
    const one = (await this.#lookAnew()).shared.find((each) => each.finding === finding)
    if (one !== undefined) return one
    throw new BrokerError('not_found', 'These programs do not hold one login any more.', { fix: 'Nothing was changed.' })
  }

  #lookAnew(): Promise<Seen> {
    const looked = { at: this.#place.now(), seen: this.#look() }
    this.#looked = looked
    looked.seen.catch(() => {
      if (this.#looked === looked) this.#looked = undefined
    })
    return looked.seen
  }

  async #look(): Promise<Seen> {
    const found = await findStores(this.#surroundings, await readConsents(this.#home))
    if (found.every(({ contents }) => contents === undefined)) return { shared: [], found }
    const { key, ignored } = await readRadarMemory(this.#home)
    // Without the broker it is not known whether it is one of the holders, and a finding would have another name.
    const broker = await askBrokerLogins((each) => this.#host.ask('fingerprints', { key: each })).catch(() => undefined)
    const shared = broker === undefined ? [] : sharedLogins(found, key, broker)
    return { shared: shared.filter(({ finding }) => ignored.every((each) => each.finding !== finding)), found }
  }

  #shown({ shared, found }: Seen): Radar {
    const path = (file: string) => shownPath(file, this.#surroundings, this.#place.hidesPersonalData())
    const unread = new Map<string, string[]>()
    for (const { store, file, consent } of found) {
      if (consent === undefined) unread.set(store.id, [...(unread.get(store.id) ?? []), path(file)])
    }
    return {
      findings: shared.map(({ finding, provider, holders, account }) => ({
        finding,
        holders: holders.map(({ store, file, canMove }) => ({
          program: store.id,
          file: path(file),
          canMove,
          signIn: store.signIn,
        })),
        ...(provider === undefined ? {} : { provider }),
        ...(account === undefined ? {} : { account }),
      })),
      unread: [...unread].map(([program, files]) => ({ program, files })),
    }
  }
}

function changedMeanwhile({ name }: StoreDefinition): BrokerError {
  return new BrokerError(
    'temporarily_unavailable',
    `TokenTray has the login, and ${name} has got another one, which stays there.`,
    {
      fix: 'Both can stay as they are.',
    },
  )
}

/** The programs of which a process may still have the old login. Where the system does not tell, it is taken to run. */
async function running(all: readonly StoreDefinition[]): Promise<readonly string[]> {
  const found = await Promise.all(
    all.map(async ({ id, remembers }) => {
      const ids = remembers === undefined ? [] : await processesNamed(remembers)
      return ids === undefined || ids.length > 0 ? [id] : []
    }),
  )
  return found.flat()
}
