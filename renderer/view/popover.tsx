import { hasAccount } from '../../src/ipc/account-words.ts'
import { looseLogins } from '../../src/ipc/loose-logins.ts'
import { vaultLock } from '../../src/ipc/vault-lock.ts'
import type { BrokerSnapshot } from '../../src/protocol/index.ts'
import { snapshot, view, windowPlace } from '../store.ts'
import { AccountRow } from './account-row.tsx'
import { Approvals } from './approvals.tsx'
import { Foot } from './foot.tsx'
import { Head } from './head.tsx'
import { LockedView } from './locked-view.tsx'
import { LoginRow } from './login-row.tsx'
import { BrokerNotes, BrokerNotice, VaultNotice } from './notices.tsx'
import { Offers } from './offers.tsx'
import { ProblemNote } from './problem-note.tsx'

/** The whole window: a head that sums up, a row for each account, a line for each other provider, a foot. */
export function Popover() {
  const frame = view.value?.surroundings.frame ?? 'popover'
  return (
    <div class={`popover popover-${frame}`}>
      <Head />
      <main class="scroller" tabIndex={-1}>
        <div class="content" data-part>
          <ProblemNote place={windowPlace} />
          {snapshot.value === undefined ? <BrokerNotice /> : <Content snapshot={snapshot.value} />}
        </div>
      </main>
      <Foot />
    </div>
  )
}

function Content({ snapshot }: { readonly snapshot: BrokerSnapshot }) {
  const { vault } = snapshot
  const lock = vaultLock(vault)
  return (
    <>
      <Approvals snapshot={snapshot} />
      {lock === undefined || vault.state.kind !== 'locked' ? (
        <Accounts snapshot={snapshot} />
      ) : (
        <LockedView lock={lock} reason={vault.state.error.description} />
      )}
    </>
  )
}

function Accounts({ snapshot }: { readonly snapshot: BrokerSnapshot }) {
  const loose = looseLogins(snapshot)
  const offered = snapshot.accounts.filter((row) => !hasAccount(row) && row.state.kind === 'signed_out')
  const rows = snapshot.accounts.filter((row) => !offered.includes(row))
  return (
    <>
      <VaultNotice vault={snapshot.vault} />
      <BrokerNotes notes={snapshot.notices ?? []} />
      {snapshot.accounts.length + loose.length === 0 && <p class="empty">There is nothing to sign in to.</p>}
      {rows.length + loose.length > 0 && (
        <ul class="rows" aria-label="Accounts">
          {rows.map((row) => (
            <AccountRow key={row.id} row={row} vault={snapshot.vault} />
          ))}
          {loose.map(({ login, providerName }) => (
            <LoginRow key={login.id} login={login} providerName={providerName} />
          ))}
        </ul>
      )}
      {offered.length > 0 && <Offers rows={offered} />}
    </>
  )
}
