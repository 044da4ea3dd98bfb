import { BrokerError } from '../protocol/index.ts'
import type { AccountSession } from './account-session.ts'
import type { ProviderClient } from './ports.ts'

/** The account of a provider that a caller means, by label or id, or the one that is meant without either. */
export function selectAccount(
  sessions: Iterable<AccountSession>,
  client: ProviderClient,
  wanted: string | undefined,
): AccountSession {
  const own = [...ofProvider(sessions, client)]
  const found = wanted === undefined ? defaultAccount(own, client) : labelledAccount(own, client, wanted)
  if (found !== undefined) return found
  if (own.length > 0) throw new BrokerError('unknown_account', `${client.name} has no account "${wanted}".`)
  throw new BrokerError('login_required', `Nobody is signed in to ${client.name}.`, {
    fix: `Run \`tokentray login ${client.id}\`, or press Sign in in the tray.`,
  })
}

/** The account with this label or id; of two with one label, the one that belongs to the server in effect (S7). */
export function labelledAccount(
  sessions: Iterable<AccountSession>,
  client: ProviderClient,
  wanted: string,
): AccountSession | undefined {
  const named = [...ofProvider(sessions, client)].filter(({ record }) => record.label === wanted || record.id === wanted)
  return named.find(({ record }) => record.issuer === client.issuer) ?? named[0]
}

/** Without a label it is an account of the server in effect (S7), and rather one that has no label. */
function defaultAccount(own: readonly AccountSession[], client: ProviderClient): AccountSession | undefined {
  const usable = own.filter(({ record }) => record.issuer === client.issuer)
  return usable.find(({ record }) => record.label === undefined) ?? usable[0] ?? own[0]
}

function* ofProvider(sessions: Iterable<AccountSession>, client: ProviderClient): Generator<AccountSession> {
  for (const session of sessions) {
    if (session.record.provider === client.id) yield session
  }
}
