import { resolve } from 'node:path'
import {
  type Consents,
  type FoundStore,
  findStores,
  processesNamed,
  type StoreDefinition,
  type StoredLogin,
  type Surroundings,
  stores,
} from '../integrations/index.ts'
import { BrokerError } from '../protocol/index.ts'
import { printable } from './client-text.ts'

/** Every file that is known of, or the one that `--file` names, which is a file of `program`. Throws `invalid_request` and `not_found`. */
export async function findIn(
  surroundings: Surroundings,
  consents: Consents,
  program: string | undefined,
  named: string | undefined,
): Promise<readonly FoundStore[]> {
  if (named === undefined) return findStores(surroundings, consents)
  const store = stores.find(({ id }) => id === program)
  if (store === undefined) {
    throw new BrokerError('invalid_request', 'It is not said which program has written that file.', {
      fix: 'Name it: `tokentray import <program> --file <path>`.',
    })
  }
  const file = resolve(named)
  const found = (await findStores(surroundings, consents, [alsoIn(store, file)])).filter((each) => each.file === file)
  if (found.length > 0) return found
  throw new BrokerError('not_found', `There is no file ${file}.`, { fix: 'Look for it, and name it with --file again.' })
}

/** Its usual files belong to it as well, as they may have a copy of the same login. */
const alsoIn = (store: StoreDefinition, file: string): StoreDefinition => ({
  ...store,
  files: (surroundings) => [file, ...store.files(surroundings)],
})

/** How one of several logins is named: by what its program calls it, or by its file where that is the same. */
export function severalFix(fitting: readonly { readonly file: string; readonly login: StoredLogin }[]): string {
  const names = [...new Set(fitting.map(({ login }) => login.name))]
  if (names.length === fitting.length) return `Name one with --login: ${names.map(printable).join(', ')}.`
  return `Name one with --file, and with --login if need be: ${fitting.map(({ file }) => printable(file)).join(', ')}.`
}

/** What a person has to know of a program that goes on with what it has read; undefined when none of its processes runs. */
export async function runningText({ name, remembers }: StoreDefinition): Promise<string | undefined> {
  if (remembers === undefined) return undefined
  const ids = await processesNamed(remembers)
  if (ids?.length === 0) return undefined
  const which = ids === undefined ? `If ${name} runs, it` : `${name} runs (pid ${ids.join(', ')}) and`
  return `${which} goes on with the refresh token that it has read. End it before its access token ends.`
}
