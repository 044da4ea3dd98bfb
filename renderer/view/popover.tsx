import type { Page } from '../../src/ipc/channels.ts'
import { vaultLock } from '../../src/ipc/vault-lock.ts'
import type { BrokerSnapshot } from '../../src/protocol/index.ts'
import { assertNever } from '../assert-never.ts'
import { page } from '../page.ts'
import { snapshot, view, windowPlace } from '../store.ts'
import { isWelcome } from '../welcome.ts'
import { Accounts } from './accounts.tsx'
import { ActivityPage } from './activity-page.tsx'
import { Approvals } from './approvals.tsx'
import { Foot } from './foot.tsx'
import { Head } from './head.tsx'
import { LockedView } from './locked-view.tsx'
import { NoteLines } from './note-lines.tsx'
import { BrokerNotes, BrokerNotice } from './notices.tsx'
import { PageTabs, panelId, tabId } from './page-tabs.tsx'
import { ProblemNote } from './problem-note.tsx'
import { RadarNotice } from './radar-notice.tsx'
import { SettingsPage } from './settings-page.tsx'
import { ToolsPage } from './tools-page.tsx'
import { Welcome } from './welcome.tsx'

/** The whole window: a head that sums up, the pages, and a foot. What waits for the person stands above every page. */
export function Popover() {
  const frame = view.value?.surroundings.frame ?? 'popover'
  return (
    <div class={`popover popover-${frame}`}>
      <Head />
      <PageTabs />
      <main class="scroller" tabIndex={-1}>
        <div class="content" data-part>
          <ProblemNote place={windowPlace} />
          <NoteLines place={windowPlace} />
          {snapshot.value !== undefined && <Approvals snapshot={snapshot.value} />}
          <div role="tabpanel" id={panelId} aria-labelledby={tabId(page.value)}>
            <PageContent shown={page.value} />
          </div>
        </div>
      </main>
      <Foot />
    </div>
  )
}

function PageContent({ shown }: { readonly shown: Page }) {
  switch (shown) {
    case 'accounts':
      return snapshot.value === undefined ? <BrokerNotice /> : <AccountsPage snapshot={snapshot.value} />
    case 'activity':
      return snapshot.value === undefined ? <BrokerNotice /> : <ActivityPage snapshot={snapshot.value} />
    case 'tools':
      return <ToolsPage />
    case 'settings':
      return <SettingsPage />
    default:
      return assertNever(shown)
  }
}

/** A row for each account and a line for each other provider, which the lock or the first steps may stand before. */
function AccountsPage({ snapshot }: { readonly snapshot: BrokerSnapshot }) {
  const lock = vaultLock(snapshot.vault)
  const accounts = <Accounts snapshot={snapshot} />
  return (
    <>
      <BrokerNotes notes={[...(view.value?.notices ?? []), ...(snapshot.notices ?? [])]} />
      {lock !== undefined ? (
        <LockedView lock={lock} />
      ) : isWelcome.value ? (
        <Welcome snapshot={snapshot} accounts={accounts} />
      ) : (
        <>
          {/* Before that, it is not known what TokenTray itself holds. */}
          {snapshot.vault.state.kind === 'ready' && <RadarNotice />}
          {accounts}
        </>
      )}
    </>
  )
}
