import { BrokerError } from '../protocol/index.ts'
import type { AccountSession } from './account-session.ts'
import type { ProviderClient } from './ports.ts'

type Sessions = ReadonlyMap<string, AccountSession>

/** The account of a provider that a caller means, by label or id, or the one that is meant without either. */
export function selectAccount(sessions: Sessions, client: ProviderClient, wanted: string | undefined): AccountSession {
  const found = wanted === undefined ? defaultAccount(sessions, client) : labelledAccount(sessions, client, wanted)
  if (found !== undefined) return found
  if (defaultAccount(sessions, client) !== undefined) {
    throw new BrokerError('unknown_account', `${client.name} has no account "${wanted}".`)
  }
  throw new BrokerError('login_required', `Nobody is signed in to ${client.name}.`, {
    fix: `Run \`tokentray login ${client.id}\`, or press Sign in in the tray.`,
  })
}

/** The account with this label or id; of two with one label, the one that belongs to the server in effect (S7). */
export function labelledAccount(sessions: Sessions, client: ProviderClient, wanted: string): AccountSession | undefined {
  let other: AccountSession | undefined
  for (const session of sessions.values()) {
    const { provider, label, id, issuer } = session.record
    if (provider !== client.id || (label !== wanted && id !== wanted)) continue
    if (issuer === client.issuer) return session
    other ??= session
  }
  return other
}

/** Without a label it is an account of the server in effect (S7), and rather one that has no label. */
function defaultAccount(sessions: Sessions, client: ProviderClient): AccountSession | undefined {
  let usable: AccountSession | undefined
  let other: AccountSession | undefined
  for (const session of sessions.values()) {
    const { provider, label, issuer } = session.record
    if (provider !== client.id) continue
    if (issuer === client.issuer && label === undefined) return session
    if (issuer === client.issuer) usable ??= session
    other ??= session
  }
  return usable ?? other
}
