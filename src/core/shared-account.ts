import { linkNamed, parseSelector } from '../protocol/index.ts'
import type { AccountSession } from './account-session.ts'
import type { Accounts } from './accounts.ts'

/** What a request on the socket of a share asks for. */
export interface WantedOfShare {
  readonly selector: string
  readonly label?: string | undefined
  readonly link?: 'grant' | 'api_key' | undefined
}

/**
 * The first of these accounts that the request means; undefined when it means none of them. About the accounts that are not among
 * them nothing is told, not even whether they exist. Throws `invalid_request` for what is no selector.
 */
export function meantAmong(accounts: Accounts, ids: readonly string[], wanted: WantedOfShare): string | undefined {
  const { selector, link } = wanted
  if (ids.includes(selector)) return accounts.has(selector) ? selector : undefined
  const parsed = parseSelector(selector)
  const client = accounts.knownClient(parsed.provider)
  if (client === undefined) return undefined
  const label = wanted.label ?? parsed.label
  const labelled = label === undefined ? undefined : accounts.labelled(client, label)
  if (labelled !== undefined) return ids.find((id) => id === labelled.record.id)
  const kind = label === undefined ? link : linkNamed(label)
  if (label !== undefined && kind === undefined) return undefined
  return ids.find((id) => {
    const session = accounts.get(id)
    return session?.record.provider === client.id && (kind === undefined || kind === linkOf(session))
  })
}

const linkOf = ({ record }: AccountSession) => (record.kind === 'api_key' ? 'api_key' : 'grant')
