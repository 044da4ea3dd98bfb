import {
  type Identity,
  Secret,
  type WatchedLogins,
  type WatchedOwnership,
  type WatchedReading,
  type WatchWish,
} from '../core/index.ts'
import { readConsents } from '../integrations/stores/consent.ts'
import { type FoundStore, findStores } from '../integrations/stores/find-stores.ts'
import { known } from '../integrations/stores/json-store.ts'
import type { StoredLogin } from '../integrations/stores/stored-login.ts'
import { stores } from '../integrations/stores/stores.ts'
import { BrokerError, type StateError } from '../protocol/index.ts'
import type { ForeignLoginsContext } from './foreign-logins.ts'

/** A login that TokenTray has a provider for. */
type KnownLogin = StoredLogin & Required<Pick<StoredLogin, 'provider'>>

/**
 * The logins in the files of other programs. A file is read only where that program keeps its logins and with the consent of the person,
 * each time anew, so that a consent that is taken back counts at once. Tokens are read for whose they are and when they end, and dropped.
 */
export function watchedLogins(context: ForeignLoginsContext): WatchedLogins {
  return {
    find: async (wish) => {
      const found = await filesOf(wish.program, context)
      const { file, login } = theOne(wish, found)
      return { provider: login.provider, ownership: { mode: 'watched', program: wish.program, file, login: login.name } }
    },
    look: async (ownership) => {
      const found = await filesOf(ownership.program, context).catch((error: unknown) => error as BrokerError)
      if (found instanceof Error) return { kind: 'unreadable', error: { code: 'unknown_program', description: found.message } }
      return readingOf(ownership, found, context)
    },
  }
}

/** Throws `not_found` for a program that is not known. */
async function filesOf(program: string, { surroundings, home }: ForeignLoginsContext): Promise<readonly FoundStore[]> {
  const known = stores.filter(({ id }) => id === program)
  if (known.length > 0) return findStores(surroundings, await readConsents(home), known)
  throw new BrokerError('not_found', `TokenTray knows no program "${program.slice(0, 40)}" that keeps logins.`, {
    fix: `Known: ${stores.map(({ id }) => id).join(', ')}.`,
  })
}

/** The login that is meant. Which one of several is never guessed; copies in several files of a program are one. */
function theOne({ program, login: wanted }: WatchWish, found: readonly FoundStore[]) {
  if (found.length === 0)
    throw new BrokerError('not_found', `There is no file with logins of ${program}.`, { fix: 'Run `tokentray import`.' })
  const refused = found.map(withoutReading).find((error) => error !== undefined)
  const logins = found.flatMap(({ file, contents }) =>
    (contents?.kind === 'read' ? contents.logins : []).filter(isKnown).map((login) => ({ file, login })),
  )
  const fitting = logins.filter(({ login }) => wanted === undefined || login.name === wanted)
  const [first, ...others] = fitting
  if (first === undefined && refused !== undefined) {
    throw new BrokerError('invalid_request', refused.description, refused.fix === undefined ? {} : { fix: refused.fix })
  }
  if (first === undefined) {
    throw new BrokerError(
      'not_found',
      `${program} has no login${wanted === undefined ? '' : ` "${wanted}"`} that can be watched.`,
      {
        fix: `Run \`tokentray import ${program}\` to see what there is.`,
      },
    )
  }
  if (others.every(({ login }) => login.name === first.login.name)) return first
  throw new BrokerError('invalid_request', `${program} has several logins.`, {
    fix: `Name one with --login: ${[...new Set(fitting.map(({ login }) => login.name))].join(', ')}.`,
  })
}

function readingOf(ownership: WatchedOwnership, found: readonly FoundStore[], { clients }: ForeignLoginsContext): WatchedReading {
  const store = found.find(({ file }) => file === ownership.file)
  if (store === undefined) return { kind: 'signed_out' }
  const error = withoutReading(store)
  if (error !== undefined) return { kind: 'unreadable', error }
  const logins = store.contents?.kind === 'read' ? store.contents.logins : []
  const login = logins.filter(isKnown).find(({ name }) => name === ownership.login)
  if (login === undefined) return { kind: 'signed_out' }
  const client = clients.find(({ id }) => id === login.provider)
  const { accessToken, idToken, expiresAt, person, plan } = login
  if (client === undefined || accessToken === undefined) return { kind: 'signed_in', identity: {}, ...known({ expiresAt }) }
  const shown = { accessToken: new Secret(accessToken), ...(idToken === undefined ? {} : { idToken: new Secret(idToken) }) }
  try {
    const grant = client.grantOfProgram({ ...shown, ...known({ expiresAt, person }) })
    return { kind: 'signed_in', identity: { ...grant.identity, ...known({ plan }) }, ...known({ expiresAt: grant.expiresAt }) }
  } catch {
    // A token of another server tells nothing that could be believed here.
    return { kind: 'signed_in', identity: {} satisfies Identity, ...known({ expiresAt }) }
  }
}

/** Why a file was not read, if it was not. */
function withoutReading({ store: { id, name }, file, consent, contents }: FoundStore): StateError | undefined {
  if (consent !== 'allowed') {
    return {
      code: 'consent_required',
      description: `The logins of ${name} are not read without your yes.`,
      fix: `Run \`tokentray watch ${id} --read-stores\` to allow it.`,
    }
  }
  if (contents?.kind !== 'broken') return undefined
  return {
    code: 'file_unreadable',
    description: `${file} cannot be read: ${contents.reason}.`,
    fix: `See whether ${name} works.`,
  }
}

const isKnown = (login: StoredLogin): login is KnownLogin => login.provider !== undefined && login.kind === 'oauth'
