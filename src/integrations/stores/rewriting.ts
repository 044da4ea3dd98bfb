import { applyEdits, modify, parse } from 'jsonc-parser'
import { BrokerError } from '../../protocol/index.ts'
import type { RefreshPlace } from './stored-login.ts'

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

type JsonPlace = Extract<RefreshPlace, { kind: 'json' }>

const withoutMember = (text: string, { path, empty }: JsonPlace): string =>
  applyEdits(text, modify(text, [...path], empty, { formattingOptions: { insertSpaces: true, tabSize: 2 } }))

function hasEmpty(text: string, { path, empty }: JsonPlace): boolean {
  const at = path.reduce<unknown>((value, name) => (value as Record<string | number, unknown> | undefined)?.[name], parse(text))
  return at === empty
}

const withoutLine = (text: string, key: string, refreshToken: string): string =>
  text.replaceAll(new RegExp(`^(\\s*${key}\\s*=\\s*)(\\S+)`, 'gm'), (line, before: string, value: string) =>
    value === refreshToken ? before : line,
  )
