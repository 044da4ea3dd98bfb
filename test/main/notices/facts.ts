import { defaultSettings } from '../../../src/ipc/settings.ts'
import { decideNotices, type Facts } from '../../../src/main/notices/decision.ts'
import type { Notice } from '../../../src/main/notices/notice.ts'
import { nothingTold, toldFrom, toldText } from '../../../src/main/notices/told.ts'
import type { AccountUsage, UsageWindow } from '../../../src/protocol/index.ts'
import { active, codex, noon, snapshotOf } from '../../renderer/support/snapshots.ts'

export type Changes = Partial<Omit<Facts, 'told'>>

/** What is told when the facts change one after the other, as a person sees it. */
export class Story {
  facts: Facts = { snapshot: snapshotOf([codex(active)]), usage: [], settings: defaultSettings, now: noon, told: nothingTold }
  next: number | undefined
  takenBack: readonly string[] = []

  /** Changes the facts and decides. */
  tell(changes: Changes): readonly Notice[] {
    const decision = decideNotices({ ...this.facts, ...changes })
    this.facts = { ...this.facts, ...changes, told: decision.told }
    this.next = decision.next
    this.takenBack = decision.takeBack
    return decision.show
  }

  restart(): void {
    this.facts = { ...this.facts, told: toldFrom(toldText(this.facts.told)) }
  }
}

export const kinds = (notices: readonly Notice[]) => notices.map(({ kind }) => kind)

export const own = codex(active)

export const figures = (window: Partial<UsageWindow>, more: Partial<AccountUsage> = {}): AccountUsage => ({
  account: own.id,
  provider: own.provider,
  windows: [{ name: '5 hours', used_percent: 0, ...window }],
  fetched_at: noon,
  stale: false,
  ...more,
})
