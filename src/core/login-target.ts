import { BrokerError } from '../protocol/index.ts'
import { type Accounts, requireOwned } from './accounts.ts'
import type { ProviderClient } from './ports.ts'

/** Which slot a login is for: an account that signs in again, or a new one with or without a label. */
export interface LoginTarget {
  readonly account?: string
  readonly label?: string
  /** The date of the rule card that the person acknowledged. */
  readonly rulesAccepted?: string
  /** Fingerprint of the refresh token of an imported login. */
  readonly imported?: string
}

/** What a request wants: to sign in again to `account`, by label or id, or to make a new account with `label`. */
interface Wish {
  readonly account?: string | undefined
  readonly label?: string | undefined
}

/** The slot that a request means. Throws `unknown_account`, or `invalid_request` for a label that is taken or a login of another program. */
export function loginTarget(accounts: Accounts, client: ProviderClient, { account, label }: Wish): LoginTarget {
  const taken = label === undefined ? undefined : accounts.labelled(client, label)
  if (taken?.record.issuer === client.issuer) {
    throw new BrokerError('invalid_request', `${client.name} has an account "${label}" already.`, {
      fix: `Sign in to it again with \`tokentray login ${client.id} --account ${label}\`, or choose another label.`,
    })
  }
  const again = account === undefined ? undefined : accounts.find(client.id, labelOf(client, account))
  if (again !== undefined) requireOwned(again)
  return {
    ...(again === undefined ? {} : { account: again.record.id }),
    ...(label === undefined ? {} : { label }),
  }
}

/** `anthropic:work` means the label `work` of the provider that is named anyway. */
function labelOf(client: ProviderClient, account: string): string {
  const [provider = '', label] = account.split(':')
  return label !== undefined && [client.id, ...client.aliases].includes(provider.toLowerCase()) ? label : account
}
