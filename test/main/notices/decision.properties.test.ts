import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defaultSettings } from '../../../src/ipc/settings.ts'
import type { Notice } from '../../../src/main/notices/notice.ts'
import { quietUntil } from '../../../src/main/notices/quiet-hours.ts'
import { active, ended, lockedOut, noon, snapshotOf } from '../../renderer/support/snapshots.ts'
import { propertyTimeout, roundTripRuns } from '../../support/property-runs.ts'
import { type Changes, figures, own, Story } from './facts.ts'

const hour = 3_600
const day = 24 * hour
const ids = ['a', 'b', 'c', 'd', 'e'].map((letter) => `openai-codex-${letter}`)

const row = (id: string) =>
  fc
    .record({
      state: fc.constantFrom(active, ended, lockedOut),
      until: fc.option(fc.integer({ min: noon - day, max: noon + 9 * day })),
      disabled: fc.boolean(),
    })
    .map(({ state, until, disabled }) => ({
      ...own,
      id,
      state,
      ...(until === null ? {} : { signed_in_until: until }),
      ...(disabled ? { disabled: true as const } : {}),
    }))

const approvalOf = (id: string) => ({
  id,
  caller: { name: 'codex', proof: 'claimed' as const },
  account: own.id,
  provider: own.provider,
  expires_at: noon,
})

const snapshot = fc
  .record({
    rows: fc.tuple(...ids.map((id) => fc.option(row(id), { freq: 8 }))),
    approvals: fc.subarray(['one', 'two']),
    open: fc.boolean(),
  })
  .map(({ rows, approvals, open }) => ({
    ...snapshotOf(rows.filter((each) => each !== null)),
    approvals: approvals.map(approvalOf),
    ...(open ? {} : { vault: { store: 'keychain' as const, state: { kind: 'opening' as const } } }),
  }))

const usage = fc
  .record({
    used: fc.oneof(fc.double(), fc.double({ min: 70, max: 120, noNaN: true })),
    reset: fc.option(fc.integer({ min: -hour, max: 9 * hour })),
    age: fc.integer({ min: 0, max: 2 * hour }),
    stale: fc.boolean(),
  })
  .map((each) => (now: number) => [
    figures(
      { used_percent: each.used, ...(each.reset === null ? {} : { resets_at: now + each.reset }) },
      { account: ids[0] ?? '', fetched_at: now - each.age, stale: each.stale },
    ),
  ])

const settings = fc
  .record({
    quiet: fc.boolean(),
    from: fc.integer({ min: 0, max: 1439 }),
    to: fc.integer({ min: 0, max: 1439 }),
    off: fc.subarray(Object.keys(defaultSettings.notices)),
  })
  .map(({ quiet, from, to, off }) => ({
    ...defaultSettings,
    quietHours: { on: quiet, from, to },
    notices: Object.fromEntries(
      Object.keys(defaultSettings.notices).map((kind) => [kind, !off.includes(kind)]),
    ) as unknown as typeof defaultSettings.notices,
  }))

/** What happens, one thing after the other, with the seconds that go by before. */
const happenings = fc.array(
  fc.record({
    after: fc.oneof(fc.integer({ min: 0, max: 600 }), fc.integer({ min: 0, max: 2 * day })),
    snapshot: fc.option(snapshot, { freq: 10, nil: undefined }),
    usage,
    settings: fc.option(settings, { freq: 1 }),
  }),
  { maxLength: 25 },
)

type Happening = typeof happenings extends fc.Arbitrary<infer All> ? (All extends (infer Each)[] ? Each : never) : never

interface Moment {
  readonly facts: Story['facts']
  readonly show: readonly Notice[]
}

/** Plays what happens; `restartAt` are the steps before which the app starts again. */
function play(all: readonly Happening[], restartAt: ReadonlySet<number> = new Set()): readonly Moment[] {
  const story = new Story()
  let now = noon
  return all.map((each, index) => {
    now += each.after
    if (restartAt.has(index)) story.restart()
    const changes: Changes = { now, snapshot: each.snapshot, usage: each.usage(now) }
    const show = story.tell(each.settings === null ? changes : { ...changes, settings: each.settings })
    return { facts: story.facts, show }
  })
}

/** The end of its period that was last told with a limit. */
function toldEnd(moments: readonly Moment[], key: string): number | undefined {
  const told = moments.flatMap(({ show }) => show).filter((notice) => notice.kind === 'usage_threshold' && notice.key === key)
  return told.map((notice) => (notice.kind === 'usage_threshold' ? notice.window.resets_at : undefined)).findLast(Boolean)
}

/** Why a cause may be told again at the second moment although it was at the last one of `before`. */
function mayRepeat(first: Notice, again: Notice, before: readonly Moment[], between: readonly Moment[], last: Moment): boolean {
  const [from = 0, to] = [before.at(-1)?.facts.now, last.facts.now]
  const rows = (id: string) => between.map(({ facts }) => facts.snapshot?.accounts.find((each) => each.id === id))
  const isGone = (id: string) =>
    between.some(
      ({ facts }) => facts.snapshot?.vault.state.kind === 'ready' && !facts.snapshot.accounts.some((each) => each.id === id),
    )
  switch (first.kind) {
    case 'sign_ins_needed':
      return true
    case 'sign_in_needed':
      return to - from >= day || isGone(first.account.id) || rows(first.account.id).some((each) => each?.state.kind === 'active')
    case 'login_ends_soon':
      return (
        isGone(first.account.id) ||
        between.some(({ facts }) => {
          const each = facts.snapshot?.accounts.find(({ id }) => id === first.account.id)
          const until = each?.signed_in_until
          const far = until === undefined || until <= facts.now || until - facts.now > 3 * day
          return each?.state.kind === 'reauthorization_required' || (each?.state.kind === 'active' && far)
        })
      )
    case 'usage_threshold': {
      if (again.kind !== 'usage_threshold') return true
      const reached = (percent: number) => (percent >= 95 ? 95 : 80)
      if (isGone(first.account.id) || reached(again.window.used_percent) > reached(first.window.used_percent)) return true
      // The end of the period may have been said only after it was told.
      const ends = [from, ...between.map(({ facts }) => facts.usage[0]?.windows[0]?.resets_at ?? Number.POSITIVE_INFINITY)]
      const fell = between.some(({ facts }) => (facts.usage[0]?.windows[0]?.used_percent ?? 100) < 50)
      const end = first.window.resets_at ?? toldEnd(before, first.key) ?? Math.min(...ends.slice(1))
      const isOfNow = again.window.resets_at !== undefined || (last.facts.usage[0]?.fetched_at ?? 0) >= end
      return fell || (end <= to && isOfNow)
    }
    case 'usage_reset':
      return true
    case 'consent':
      return between.some(({ facts }) => !facts.snapshot?.approvals.some(({ id }) => id === first.approval.id))
  }
}

describe('whatever happens', () => {
  test(
    'no cause is told twice without having ended in between',
    () => {
      fc.assert(
        fc.property(happenings, (all) => {
          const moments = play(all)
          moments.forEach((moment, index) => {
            for (const notice of moment.show) {
              const earlier = moments
                .slice(0, index)
                .findLastIndex(({ show }) => show.some(({ key, kind }) => key === notice.key && kind === notice.kind))
              const before = moments[earlier]
              const first = before?.show.find(({ key, kind }) => key === notice.key && kind === notice.kind)
              if (before === undefined || first === undefined) continue
              const between = moments.slice(earlier + 1, index + 1)
              expect(mayRepeat(first, notice, moments.slice(0, earlier + 1), between, moment), `${notice.key} again`).toBe(true)
            }
          })
        }),
        { numRuns: roundTripRuns },
      )
    },
    propertyTimeout,
  )

  test(
    'nothing but a tool that waits is told in quiet hours, nothing of a kind or an account that is switched off, and no key twice at once',
    () => {
      fc.assert(
        fc.property(happenings, (all) => {
          for (const { facts, show } of play(all)) {
            if (quietUntil(facts.settings.quietHours, facts.now) !== undefined)
              expect(show.filter(({ kind }) => kind !== 'consent')).toEqual([])
            for (const notice of show) {
              expect(facts.settings.notices[notice.kind === 'sign_ins_needed' ? 'sign_in_needed' : notice.kind]).toBe(true)
              if ('account' in notice) expect(notice.account.disabled).toBeUndefined()
            }
            expect(new Set(show.map(({ key }) => key)).size).toBe(show.length)
          }
        }),
        { numRuns: roundTripRuns },
      )
    },
    propertyTimeout,
  )

  test(
    'starting again at any point repeats nothing and loses nothing, and looking again at once tells nothing',
    () => {
      fc.assert(
        fc.property(happenings, fc.uniqueArray(fc.nat(24)), (all, restarts) => {
          expect(play(all, new Set(restarts)).map(({ show }) => show)).toEqual(play(all).map(({ show }) => show))
          const twice = all.flatMap((each) => [each, { ...each, after: 0, settings: null }])
          // The figures are said anew at the same moment.
          expect(
            play(twice)
              .filter((_, index) => index % 2 === 1)
              .flatMap(({ show }) => show),
          ).toEqual([])
        }),
        { numRuns: roundTripRuns },
      )
    },
    propertyTimeout,
  )
})
