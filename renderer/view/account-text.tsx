import { accountName } from '../../src/ipc/account-words.ts'
import type { BrokerSnapshot } from '../../src/protocol/index.ts'
import { providerOf } from '../store.ts'
import { CutText } from './cut-text.tsx'

interface AccountTextProps {
  /** Its id. */
  readonly account: string
  readonly provider: string
  readonly snapshot: BrokerSnapshot
}

/** An account by its name; one that is gone by its provider, or by its id where that is gone too. */
export function AccountText({ account, provider, snapshot }: AccountTextProps) {
  const row = snapshot.accounts.find(({ id }) => id === account)
  const name = row === undefined ? (nameOf(provider, snapshot) ?? account) : accountName(row)
  return <CutText text={name} most={48} />
}

const nameOf = (provider: string, { accounts }: BrokerSnapshot): string | undefined =>
  providerOf(provider)?.name ?? accounts.find((row) => row.provider === provider)?.provider_name
