import { applyEdits, modify, parse } from 'jsonc-parser'
import { BrokerError } from '../../protocol/index.ts'
import {
  type Place,
  type RefreshPlace,
  readContents,
  type StoreDefinition,
  type StoredLogin,
  type TimeForm,
} from './stored-login.ts'

/**
 * The text of a store without one refresh token, and otherwise the same, byte for byte. Throws `invalid_request` when the token stands
 * in it a second time, because the program could still refresh then.
 */
export function withoutRefreshToken(text: string, place: RefreshPlace, refreshToken: string): string {
  const changed = place.kind === 'json' ? withoutMember(text, place) : withoutLine(text, place.key, refreshToken)
  const isGone = !changed.includes(JSON.stringify(refreshToken).slice(1, -1)) && !changed.includes(refreshToken)
  if (isGone && (place.kind === 'line' || hasEmpty(changed, place))) return changed
  throw new BrokerError('invalid_request', 'The refresh token could not be taken out of this file. Nothing was changed.', {
    fix: 'It stands in it more than once. Sign that program out instead, and sign in here.',
  })
}

/** What a program gets back. Times are milliseconds. */
export interface ReturnedTokens {
  readonly accessToken: string
  readonly refreshToken: string
  readonly idToken?: string
  readonly expiresAt?: number
  /** When these tokens came. */
  readonly obtainedAt: number
}

/**
 * The text of a store in which one login can refresh again, and otherwise the same, byte for byte; what is there already is not written
 * again. Throws `invalid_request` when the program would not read the tokens back.
 */
export function withTokens(
  store: Pick<StoreDefinition, 'logins'>,
  text: string,
  login: StoredLogin,
  tokens: ReturnedTokens,
): string {
  const { refreshPlace, places } = login
  if (refreshPlace === undefined || places === undefined) throw notRead()
  const isRenewed = login.accessToken !== tokens.accessToken
  const { idToken, expiresAt, refreshedAt } = places
  const renewed: readonly (readonly [Place, string | number | undefined] | undefined)[] = [
    [places.access, tokens.accessToken],
    idToken && [idToken, tokens.idToken],
    expiresAt && [expiresAt.place, timeAs(expiresAt.form, tokens.expiresAt)],
    refreshedAt && [refreshedAt.place, timeAs(refreshedAt.form, tokens.obtainedAt)],
  ]
  const values = [[refreshPlace, tokens.refreshToken] as const, ...(isRenewed ? renewed : [])]
  const changed = values.reduce((all, each) => (each?.[1] === undefined ? all : withValue(all, each[0], each[1])), text)
  const contents = readContents(store, changed)
  const read = contents.kind === 'read' ? contents.logins.find(({ name }) => name === login.name) : undefined
  if (read?.refreshToken === tokens.refreshToken && read.accessToken === tokens.accessToken) return changed
  throw notRead()
}

const notRead = (): BrokerError =>
  new BrokerError('invalid_request', 'The login could not be put back into this file. Nothing was changed.', {
    fix: 'Sign in to that program again, and sign out here with `tokentray logout`.',
  })

function timeAs(form: TimeForm, time: number | undefined): string | number | undefined {
  if (time === undefined) return undefined
  if (form === 'date') return new Date(time).toISOString()
  return form === 'seconds' ? Math.floor(time / 1000) : time
}

function withValue(text: string, place: Place, value: string | number): string {
  if (place.kind === 'json') return applyEdits(text, modify(text, [...place.path], value, formatting))
  const lines = [...text.matchAll(new RegExp(`^([ \\t]*${place.key}[ \\t]*=[ \\t]*)(\\S*)`, 'gm'))]
  // The last line of a key counts.
  const last = lines.at(-1)
  if (last === undefined) return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${place.key}=${value}\n`
  const start = last.index + (last[1] ?? '').length
  return text.slice(0, start) + value + text.slice(start + (last[2] ?? '').length)
}

type JsonPlace = Extract<RefreshPlace, { kind: 'json' }>

const formatting = { formattingOptions: { insertSpaces: true, tabSize: 2 } }

const withoutMember = (text: string, { path, empty }: JsonPlace): string =>
  applyEdits(text, modify(text, [...path], empty, formatting))

function hasEmpty(text: string, { path, empty }: JsonPlace): boolean {
  const at = path.reduce<unknown>((value, name) => (value as Record<string | number, unknown> | undefined)?.[name], parse(text))
  return at === empty
}

const withoutLine = (text: string, key: string, refreshToken: string): string =>
  text.replaceAll(new RegExp(`^(\\s*${key}\\s*=\\s*)(\\S+)`, 'gm'), (line, before: string, value: string) =>
    value === refreshToken ? before : line,
  )
