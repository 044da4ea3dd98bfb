import { createHmac } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { expandPath, readForeignFile } from '../foreign-file.ts'
import type { Surroundings } from '../tool.ts'
import type { Consent, Consents } from './consent.ts'
import { isMovable } from './move-login.ts'
import { readContents, type StoreContents, type StoreDefinition } from './stored-login.ts'
import { stores as allStores } from './stores.ts'

/** A file in which a program keeps logins. */
export interface FoundStore {
  readonly store: StoreDefinition
  readonly file: string
  readonly consent: Consent | undefined
  /** Whether other users of this computer can read it. */
  readonly open: boolean
  /** Its permission bits; undefined where they cannot be read, or mean nothing. */
  readonly mode: number | undefined
  /** Only with the consent of the person. */
  readonly contents?: StoreContents
}

/** The files that are there. Without a yes of the person, no more than their presence and mode is looked at. */
export async function findStores(
  surroundings: Surroundings,
  consents: Consents,
  stores: readonly StoreDefinition[] = allStores,
): Promise<readonly FoundStore[]> {
  const found = await Promise.all(
    stores.map(async (store) => {
      const files = (await Promise.all(store.files(surroundings).map(expandPath))).flat()
      return Promise.all(files.map((file) => lookAt(store, file, consents[store.id])))
    }),
  )
  return found.flat()
}

async function lookAt(store: StoreDefinition, file: string, consent: Consent | undefined): Promise<FoundStore> {
  const about = await stat(file).catch(() => undefined)
  const mode = process.platform === 'win32' || about === undefined ? undefined : about.mode & 0o777
  const open = ((mode ?? 0) & 0o077) !== 0
  if (consent !== 'allowed') return { store, file, consent, open, mode }
  const read = await readForeignFile(file)
  const contents: StoreContents =
    read.kind === 'found'
      ? readContents(store, read.text)
      : { kind: 'broken', reason: read.kind === 'absent' ? 'it is gone' : read.reason }
  return { store, file, consent, open, mode, contents }
}

/** One rotating login that several hold, so that each refresh by one of them signs the others out. */
export interface SharedLogin {
  /** Names this login with this set of holders: an HMAC in hex, which tells nothing of the token. */
  readonly finding: string
  readonly holders: readonly {
    readonly store: StoreDefinition
    readonly file: string
    readonly name: string
    readonly canMove: boolean
  }[]
  /** The provider of TokenTray that it is of, where there is one. */
  readonly provider?: string
  /** The id of the account of TokenTray that has it, too. */
  readonly account?: string
}

interface Holder {
  readonly provider: string | undefined
  readonly holder: SharedLogin['holders'][number]
}

/** The accounts of the broker by the fingerprints of their refresh tokens, and what makes a fingerprint of a token. */
export interface BrokerLogins {
  readonly accounts: ReadonlyMap<string, string>
  readonly fingerprint: (refreshToken: string) => string
}

/**
 * The refresh tokens that several programs hold, the broker among them. Copies within one program are its own business. `key` names the
 * findings, in hex.
 */
export function sharedLogins(found: readonly FoundStore[], key: string, broker?: BrokerLogins): readonly SharedLogin[] {
  const holders = new Map<string, Holder[]>()
  for (const { store, file, contents } of found) {
    for (const login of contents?.kind === 'read' ? contents.logins : []) {
      const { refreshToken, name, provider } = login
      if (refreshToken === undefined) continue
      holders.set(refreshToken, [
        ...(holders.get(refreshToken) ?? []),
        { provider, holder: { store, file, name, canMove: isMovable(login) } },
      ])
    }
  }
  return [...holders]
    .map(([token, held]): SharedLogin => {
      const each = held.map(({ holder }) => holder)
      const provider = held.find((one) => one.provider !== undefined)?.provider
      const account = broker?.accounts.get(broker.fingerprint(token))
      const programs = [...new Set(each.map(({ store }) => store.id)), account ?? ''].sort()
      const finding = createHmac('sha256', Buffer.from(key, 'hex'))
        .update(JSON.stringify([token, programs]))
        .digest('hex')
      return {
        finding,
        holders: each,
        ...(provider === undefined ? {} : { provider }),
        ...(account === undefined ? {} : { account }),
      }
    })
    .filter(({ holders: each, account }) => account !== undefined || new Set(each.map(({ store }) => store.id)).size > 1)
}
