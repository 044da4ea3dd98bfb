import { BrokerError, type PreferencesChange, type ProviderPreferences } from '../protocol/index.ts'
import { defaultChain } from '../protocol/provider.ts'
import type { Accounts } from './accounts.ts'
import type { AccountIndex, ProviderClient } from './ports.ts'

/** What is in effect for a provider. */
export function preferencesOf(index: Pick<AccountIndex, 'preferences'>, provider: string): ProviderPreferences {
  const { order = [], failover = false, chain = defaultChain } = index.preferences(provider)
  return { order: [...order], failover, chain: [...chain] }
}

/** The preferences after a change; an order may leave accounts out, which then come last. Throws for accounts of another provider. */
export function changedPreferences(
  index: Pick<AccountIndex, 'preferences'>,
  accounts: Accounts,
  client: ProviderClient,
  { order, failover, chain }: PreferencesChange,
): Partial<ProviderPreferences> {
  const ids = order?.map((name) => {
    const found = accounts.get(name) ?? accounts.labelled(client, name) ?? accounts.only(name)
    if (found.record.provider === client.id) return found.record.id
    throw new BrokerError('invalid_request', `"${name}" is no account of ${client.name}.`)
  })
  const twice = ids?.find((id, place) => ids.indexOf(id) !== place)
  if (twice !== undefined)
    throw new BrokerError('invalid_request', `"${twice}" is in the order twice.`, { fix: 'Name each account once.' })
  return {
    ...index.preferences(client.id),
    ...(ids === undefined ? {} : { order: ids }),
    ...(failover === undefined ? {} : { failover }),
    ...(chain === undefined ? {} : { chain }),
  }
}
