import { vaultLock } from '../../src/ipc/vault-lock.ts'
import type { BrokerSnapshot } from '../../src/protocol/index.ts'
import { snapshot, view, windowPlace } from '../store.ts'
import { Accounts } from './accounts.tsx'
import { Approvals } from './approvals.tsx'
import { Foot } from './foot.tsx'
import { Head } from './head.tsx'
import { LockedView } from './locked-view.tsx'
import { BrokerNotes, BrokerNotice } from './notices.tsx'
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
      <BrokerNotes notes={[...(view.value?.notices ?? []), ...(snapshot.notices ?? [])]} />
      {lock === undefined ? <Accounts snapshot={snapshot} /> : <LockedView lock={lock} />}
    </>
  )
}
