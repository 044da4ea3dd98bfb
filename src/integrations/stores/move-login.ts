import { setTimeout as sleep } from 'node:timers/promises'
import { BrokerError, type LoginSource } from '../../protocol/index.ts'
import { expandPath, type ForeignFile, readForeignFile, replaceForeignFile } from '../foreign-file.ts'
import { type LockPatience, whileLocked } from '../program-locks.ts'
import type { Surroundings } from '../tool.ts'
import { sha256 } from './return-login.ts'
import { withoutRefreshToken } from './rewriting.ts'
import { readContents, type StoreDefinition, type StoredLogin } from './stored-login.ts'

/** A login that can move: everything that the broker needs is there. */
export type MovableLogin = StoredLogin & Required<Pick<StoredLogin, 'provider' | 'accessToken' | 'refreshToken' | 'refreshPlace'>>

export const isMovable = (login: StoredLogin): login is MovableLogin =>
  [login.provider, login.accessToken, login.refreshToken, login.refreshPlace].every((each) => each !== undefined)

export interface Move<Answer> {
  readonly store: StoreDefinition
  readonly file: string
  /** `StoredLogin.name`. */
  readonly name: string
  readonly surroundings: Surroundings
  /** Gives the login to the broker, with what can undo the move; resolves when both are durable there. */
  readonly hand: (login: MovableLogin, source: LoginSource) => Promise<Answer>
  readonly patience?: LockPatience
  /** Resolves when a program without locks would have written what it was about to write. */
  readonly settle?: () => Promise<unknown>
}

/** More copies of one login in one program than anybody has. */
const mostFiles = 20

type FoundFile = Extract<ForeignFile, { kind: 'found' }>

/**
 * Moves a login to the broker. While the locks of the program are held, the file is read again, every change is prepared, the broker
 * makes the login durable, and only then loses the program its refresh token. A crash before that leaves the file as it was, and the
 * same command ends what was begun: the broker knows the token again and does not use it a second time. Throws
 * `temporarily_unavailable` when the program can refresh still or again.
 */
export async function moveLogin<Answer>(move: Move<Answer>): Promise<Answer> {
  const { store, file, name, surroundings, hand, patience, settle = () => sleep(watched) } = move
  const locks = store.locks?.(file) ?? []
  return whileLocked(
    locks,
    async () => {
      const source = await readForeignFile(file)
      const login = loginsOf(store, source).find((each) => each.name === name && isMovable(each))
      if (source.kind !== 'found' || login === undefined || !isMovable(login)) throw notMovable(store, file)
      const changes = await prepare(store, { file, login: name }, surroundings, login.refreshToken)
      const answer = await hand(login, sourceOf(store, name, changes))
      for (const { read, text } of changes) {
        await replaceForeignFile(read, text).catch((error: unknown) => {
          throw halfMoved(store, error)
        })
      }
      await requireEmptied(store, changes)
      if (store.locks !== undefined) return answer
      // Without a lock, a refresh may have been under way; what came of it is written within moments.
      await settle()
      await requireEmptied(store, changes)
      return answer
    },
    patience,
  )
}

/** How long a program without locks is watched after a move. Milliseconds. */
const watched = 1_500

/** Throws when the program has written a refresh token again since its file was changed. */
async function requireEmptied(store: StoreDefinition, changes: readonly Change[]): Promise<void> {
  for (const { file, login } of changes) {
    const held = loginsOf(store, await readForeignFile(file)).find(({ name }) => name === login)
    if (held?.refreshToken !== undefined) throw writtenAgain(store, file)
  }
}

interface Change {
  readonly file: string
  /** `StoredLogin.name`. */
  readonly login: string
  readonly read: FoundFile
  readonly text: string
}

/**
 * The new text of every file of the program that holds the token, so that what cannot be changed is known before anything moves. The one
 * that was asked for comes first.
 */
async function prepare(
  store: StoreDefinition,
  first: Pick<Change, 'file' | 'login'>,
  surroundings: Surroundings,
  refreshToken: string,
): Promise<readonly Change[]> {
  const files = (await Promise.all(store.files(surroundings).map(expandPath))).flat()
  const changes = new Map<string, Change>()
  for (const file of new Set([first.file, ...files])) {
    const read = await readForeignFile(file)
    const held = loginsOf(store, read).filter((each) => each.refreshToken === refreshToken)
    const login = (file === first.file ? held.find(({ name }) => name === first.login) : undefined) ?? held[0]
    if (read.kind !== 'found' || login?.refreshPlace === undefined || changes.has(read.path)) continue
    const text = withoutRefreshToken(read.text, login.refreshPlace, refreshToken)
    changes.set(read.path, { file, login: login.name, read, text })
  }
  return [...changes.values()]
}

const sourceOf = ({ id }: StoreDefinition, login: string, changes: readonly Change[]): LoginSource => ({
  program: id,
  login,
  files: changes
    .slice(0, mostFiles)
    .map((change) => ({ path: change.file, login: change.login, before: sha256(change.read.text) })),
})

function loginsOf(store: StoreDefinition, file: ForeignFile): readonly StoredLogin[] {
  const contents = file.kind === 'found' ? readContents(store, file.text) : undefined
  return contents?.kind === 'read' ? contents.logins : []
}

function notMovable({ name }: StoreDefinition, file: string): BrokerError {
  return new BrokerError('not_found', `There is no login in ${file} any more that could move.`, {
    fix: `Sign in to ${name} again, or sign in here with \`tokentray login\`.`,
  })
}

function writtenAgain({ id, name }: StoreDefinition, file: string): BrokerError {
  return new BrokerError('temporarily_unavailable', `TokenTray has the login, and ${name} wrote a login into ${file} again.`, {
    fix: `It was about to refresh or to sign in. End ${name}, and run \`tokentray import ${id} --move\` again to take over the newer login.`,
  })
}

function halfMoved({ name }: StoreDefinition, error: unknown): BrokerError {
  const why = error instanceof BrokerError ? error.message : 'its file could not be changed.'
  return new BrokerError('temporarily_unavailable', `TokenTray has the login, and ${name} still holds it: ${why}`, {
    fix: `End ${name}, and run the same command again, so that only one of them refreshes it.`,
  })
}
