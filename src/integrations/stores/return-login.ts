import { createHash } from 'node:crypto'
import { BrokerError } from '../../protocol/index.ts'
import { type ForeignFile, readForeignFile, replaceBeforeWitness, replaceForeignFile, type Witness } from '../foreign-file.ts'
import { type LockPatience, whileLocked } from '../program-locks.ts'
import { type ReturnedTokens, withTokens } from './rewriting.ts'
import { readContents, type StoreDefinition } from './stored-login.ts'
import { stores } from './stores.ts'

/** A file that a login moved out of. Hex SHA-256 of the text. */
export interface EmptiedFile {
  readonly path: string
  /** `StoredLogin.name` in this file. */
  readonly login: string
  readonly before: string
}

export interface Return {
  /** `StoreDefinition.id`. */
  readonly program: string
  /** Whose login it is. */
  readonly provider: string
  /** The first is the one that counts; the others are copies that the program has of it. */
  readonly files: readonly EmptiedFile[]
  readonly tokens: ReturnedTokens
  /** Whether this refresh token is one of the very login that is returned, which a move that was stopped has left there. */
  readonly isSame: (refreshToken: string) => boolean
  readonly witness: Witness
  readonly patience?: LockPatience
}

/** `exact`: byte for byte as before the move. */
export interface ReturnedFile {
  readonly path: string
  readonly exact: boolean
}

export interface Returned {
  readonly written: readonly ReturnedFile[]
  /** Copies that were left without a refresh token, with the reason. */
  readonly left: readonly { readonly path: string; readonly reason: string }[]
}

interface Prepared {
  readonly read: Extract<ForeignFile, { kind: 'found' }>
  readonly text: string
  readonly told: ReturnedFile
}

/**
 * Puts a login back where it came from, under the locks of its program. Whatever else the program has changed stays; a file in which
 * there is another login by now is left alone. Once the witness was told that nothing is withdrawn, the program has the login, whatever
 * becomes of the copies. Throws `invalid_request`, `not_found` or `temporarily_unavailable` when the program does not have it.
 */
export async function returnLogin({ files, witness, patience, ...wanted }: Return): Promise<Returned> {
  const store = storeNamed(wanted.program)
  const [first, ...copies] = files
  if (first === undefined) throw gone(store, 'Its file')
  return whileLocked(
    store.locks?.(first.path) ?? [],
    async () => {
      const { read, text, told } = await prepare(store, first, wanted)
      await replaceBeforeWitness(read, text, witness)
      const written = [told]
      const left: Returned['left'][number][] = []
      for (const copy of copies) {
        try {
          const prepared = await prepare(store, copy, wanted)
          await replaceForeignFile(prepared.read, prepared.text)
          written.push(prepared.told)
        } catch (error) {
          left.push({ path: copy.path, reason: error instanceof BrokerError ? error.message : 'It could not be written.' })
        }
      }
      return { written, left }
    },
    patience,
  )
}

async function prepare(
  store: StoreDefinition,
  { path, login: name, before }: EmptiedFile,
  { provider, tokens, isSame }: Pick<Return, 'provider' | 'tokens' | 'isSame'>,
): Promise<Prepared> {
  const read = await readForeignFile(path)
  if (read.kind === 'refused') {
    throw new BrokerError('invalid_request', `${path} is left as it is: ${read.reason}.`, {
      fix: 'Put it right, and try again.',
    })
  }
  if (read.kind === 'absent') throw gone(store, path)
  const contents = readContents(store, read.text)
  if (contents.kind === 'broken') {
    throw new BrokerError('invalid_request', `${path} is left as it is: ${contents.reason}.`, {
      fix: 'Put it right, and try again.',
    })
  }
  const login = contents.logins.find((each) => each.name === name && each.provider === provider && each.kind === 'oauth')
  if (login === undefined) throw gone(store, path)
  if (login.refreshToken !== undefined && !isSame(login.refreshToken)) throw taken(store, path)
  const text = withTokens(store, read.text, login, tokens)
  return { read, text, told: { path, exact: sha256(text) === before } }
}

/** The name of a text that stands in a record. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

function storeNamed(program: string): StoreDefinition {
  const store = stores.find(({ id }) => id === program)
  if (store !== undefined) return store
  throw new BrokerError('not_found', `TokenTray knows no program "${program.slice(0, 40)}".`, { fix: 'Update TokenTray.' })
}

function gone({ name, signIn }: StoreDefinition, path: string): BrokerError {
  return new BrokerError('not_found', `${path} has the login no more that was taken over from ${name}. Nothing was changed.`, {
    fix: `Sign in there again: ${signIn}. To end the login here, run \`tokentray logout\`.`,
  })
}

function taken({ name }: StoreDefinition, path: string): BrokerError {
  return new BrokerError('invalid_request', `${name} has a login of its own in ${path} by now. Nothing was changed.`, {
    fix: 'Both can stay as they are. To end the login here, run `tokentray logout`.',
  })
}
