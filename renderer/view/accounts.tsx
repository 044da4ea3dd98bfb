import { useId } from 'preact/hooks'
import { hasAccount } from '../../src/ipc/account-words.ts'
import { looseRaces } from '../../src/ipc/loose-logins.ts'
import type { AccountStatus, BrokerSnapshot, VaultStatus } from '../../src/protocol/index.ts'
import { ledger } from '../activity.ts'
import { useReadingWithView } from '../kept.ts'
import { words } from '../language.ts'
import { movedHere } from '../moved-here.ts'
import { signIn } from '../sign-in.ts'
import { isWaiting } from '../store.ts'
import { AccountRow } from './account-row.tsx'
import { Button } from './button.tsx'
import { LoginRow } from './login-row.tsx'
import { useLookingAtUsage } from './looking-at-usage.ts'
import { VaultNotice } from './notices.tsx'
import { Offers } from './offers.tsx'
import { ProviderMark } from './provider-mark.tsx'
import { moveBetweenRows } from './row-keys.ts'

/** What the person has, a group for each provider, and then what else they can sign in to. */
export function Accounts({ snapshot }: { readonly snapshot: BrokerSnapshot }) {
  useReadingWithView(ledger, movedHere)
  useLookingAtUsage()
  const loose = looseRaces(snapshot)
  const offered = snapshot.accounts.filter((row) => !hasAccount(row) && row.state.kind === 'signed_out')
  const groups = byProvider(snapshot.accounts.filter((row) => !offered.includes(row)))
  const { accounts } = words()
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: The buttons within are what is pressed; the keys only go between them.
    <div onKeyDown={moveBetweenRows}>
      <VaultNotice vault={snapshot.vault} />
      {snapshot.accounts.length + loose.length === 0 && <p class="empty">{accounts.none}</p>}
      {groups.length + loose.length === 0 && offered.length > 0 && <NoAccountYet offered={offered} />}
      {groups.length + loose.length > 0 && (
        <ul class="rows" aria-label={accounts.list}>
          {groups.map((rows) => (
            <Group key={rows[0].provider} rows={rows} vault={snapshot.vault} />
          ))}
          {loose.map(({ race, providerName }) => (
            <LoginRow key={race[0].id} race={race} providerName={providerName} />
          ))}
        </ul>
      )}
      {offered.length > 0 && <Offers rows={offered} />}
    </div>
  )
}

type Rows = readonly [AccountStatus, ...AccountStatus[]]

/** Accounts of a provider stand together, where its first one stands. */
function byProvider(rows: readonly AccountStatus[]): readonly Rows[] {
  const groups = new Map<string, [AccountStatus, ...AccountStatus[]]>()
  for (const row of rows) {
    const group = groups.get(row.provider)
    if (group === undefined) groups.set(row.provider, [row])
    else group.push(row)
  }
  return [...groups.values()]
}

/** A single account says its provider itself; several have it above them. */
function Group({ rows, vault }: { readonly rows: Rows; readonly vault: VaultStatus }) {
  const id = useId()
  const [first, ...others] = rows
  if (others.length === 0) return <AccountRow row={first} vault={vault} />
  return (
    <li class="group">
      <div class="group-head">
        <ProviderMark provider={first.provider} name={first.provider_name} />
        <h2 id={id}>{first.provider_name}</h2>
      </div>
      <ul aria-labelledby={id}>
        {rows.map((row) => (
          <AccountRow key={row.id} row={row} vault={vault} grouped />
        ))}
      </ul>
    </li>
  )
}

/** The first thing that a person without an account sees after the first steps. */
function NoAccountYet({ offered }: { readonly offered: readonly AccountStatus[] }) {
  const { accounts } = words()
  const practice = offered.find(({ provider }) => provider === 'practice')
  return (
    <section class="nobody" aria-label={accounts.emptyHead}>
      <h2>{accounts.emptyHead}</h2>
      <p>{accounts.emptyWords}</p>
      {practice !== undefined && (
        <Button waiting={isWaiting(practice.id)} onPress={() => signIn(practice)}>
          {accounts.emptyPractice}
        </Button>
      )}
    </section>
  )
}
