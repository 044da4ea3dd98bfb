import { describe, expect, test } from 'vitest'
import { defaultSettings } from '../../../src/ipc/settings.ts'
import { quietUntil } from '../../../src/main/notices/quiet-hours.ts'
import type { AccountStatus, GrantState } from '../../../src/protocol/index.ts'
import { active, backingOff, codex, ended, lockedOut, noon, practice, snapshotOf } from '../../renderer/support/snapshots.ts'
import { figures, kinds, own, Story } from './facts.ts'

const hour = 3_600
const day = 24 * hour
const at = (state: GrantState, more: Partial<AccountStatus> = {}) => ({ snapshot: snapshotOf([{ ...own, ...more, state }]) })
const off = (kind: keyof typeof defaultSettings.notices) => ({
  settings: { ...defaultSettings, notices: { ...defaultSettings.notices, [kind]: false } },
})
/** Quiet hours that `noon` is in, for two hours more. */
const quiet = (() => {
  const date = new Date(noon * 1000)
  const minute = date.getHours() * 60 + date.getMinutes()
  return { settings: { ...defaultSettings, quietHours: { on: true, from: (minute + 1380) % 1440, to: (minute + 120) % 1440 } } }
})()
const reset = noon + 2 * hour
const used = (percent: number, resets_at: number | undefined = reset, fetched_at = noon) => ({
  usage: [figures({ used_percent: percent, ...(resets_at === undefined ? {} : { resets_at }) }, { fetched_at })],
})

describe('a sign-in that is needed', () => {
  test('is told once for each end, also after a restart, and again after a day', () => {
    const story = new Story()
    expect(kinds(story.tell(at(ended)))).toEqual(['sign_in_needed'])
    expect(story.next).toBe(noon + day)
    story.restart()
    expect(story.tell({ now: noon + hour })).toEqual([])
    expect(kinds(story.tell({ now: noon + day }))).toEqual(['sign_in_needed'])
    expect(story.tell({ ...at(active), now: noon + day + 1 })).toEqual([])
    expect(story.takenBack).toContain(`sign_in_needed:${own.id}`)
    expect(kinds(story.tell({ ...at(ended), now: noon + day + 2 }))).toEqual(['sign_in_needed'])
  })

  test('is no news after a login that came to nothing, a lock, or a host that was away', () => {
    const story = new Story()
    story.tell(at(ended))
    const locked = snapshotOf([codex(lockedOut, { id: own.id })])
    expect(story.tell({ snapshot: { ...locked, vault: { store: 'keychain', state: { kind: 'opening' } } } })).toEqual([])
    expect(story.tell({ snapshot: undefined })).toEqual([])
    expect(story.tell(at(ended))).toEqual([])
  })

  test('is not told of an account that is switched off, which takes back what stood', () => {
    const story = new Story()
    expect(story.tell(at(ended, { disabled: true }))).toEqual([])
    expect(kinds(story.tell(at(ended)))).toEqual(['sign_in_needed'])
    story.tell(at(ended, { disabled: true }))
    expect(story.takenBack).toContain(`sign_in_needed:${own.id}`)
  })

  test('of more than three accounts at once is told in one, which takes the place of the single ones', () => {
    const rows = ['a', 'b', 'c', 'd'].map((id) => ({ ...own, id: `openai-codex-${id}`, state: ended }))
    const story = new Story()
    expect(kinds(story.tell({ snapshot: snapshotOf(rows.slice(0, 3)) }))).toEqual(Array(3).fill('sign_in_needed'))
    expect(story.tell({ snapshot: snapshotOf(rows) })).toEqual([{ kind: 'sign_ins_needed', key: 'sign_ins_needed', count: 4 }])
    expect(story.takenBack).toEqual(expect.arrayContaining(['sign_in_needed:openai-codex-a']))
    expect(story.tell({ snapshot: snapshotOf(rows.map((row, i) => (i > 0 ? row : { ...row, state: active }))) })).toEqual([])
    expect(story.takenBack).toContain('sign_ins_needed')
  })

  test('is not put off for years by a clock that was ahead', () => {
    const story = new Story()
    story.tell({ ...at(ended), now: noon + 1000 * day })
    expect(story.tell({ now: noon })).toEqual([])
    expect(kinds(story.tell({ now: noon + day }))).toEqual(['sign_in_needed'])
  })

  test('an account that is gone is forgotten once the vault is open, and what stood of it goes', () => {
    const story = new Story()
    story.tell(at(ended))
    story.tell({ snapshot: snapshotOf([practice(active)]) })
    expect(story.takenBack).toContain(`sign_in_needed:${own.id}`)
    expect(story.facts.told.sign_ins).toEqual([])
  })
})

describe('a login that ends soon', () => {
  test('is told once, three days before, and not again when a refresh moves its end', () => {
    const story = new Story()
    const until = noon + 10 * day
    expect(story.tell(at(active, { signed_in_until: until }))).toEqual([])
    expect(story.next).toBe(until - 3 * day)
    expect(kinds(story.tell({ now: until - 3 * day }))).toEqual(['login_ends_soon'])
    story.restart()
    expect(story.tell({ ...at(backingOff, { signed_in_until: until + hour }), now: until - 2 * day })).toEqual([])
    expect(story.tell(at(active, { signed_in_until: until + 30 * day }))).toEqual([])
    expect(story.takenBack).toContain(`login_ends_soon:${own.id}`)
    expect(kinds(story.tell({ now: until + 28 * day }))).toEqual(['login_ends_soon'])
  })

  test('is not told of one that has ended', () => {
    expect(kinds(new Story().tell(at(ended, { signed_in_until: noon + day })))).toEqual(['sign_in_needed'])
    expect(new Story().tell(at(active, { signed_in_until: noon - 1 }))).toEqual([])
  })
})

describe('how far a limit is used up', () => {
  test('is told at the highest threshold that is crossed, once in a period', () => {
    const story = new Story()
    expect(story.tell(used(79.9))).toEqual([])
    expect(kinds(story.tell(used(83)))).toEqual(['usage_threshold'])
    for (const percent of [79, 81, 79, 94.9]) expect(story.tell(used(percent))).toEqual([])
    story.restart()
    expect(story.tell(used(90))).toEqual([])
    expect(kinds(story.tell(used(250)))).toEqual(['usage_threshold'])
    expect(story.tell(used(300))).toEqual([])
    expect(kinds(new Story().tell(used(99)))).toEqual(['usage_threshold'])
  })

  test('that was told of is not told again for figures that came before its end, whatever end they claim now', () => {
    const story = new Story()
    const end = noon + 600
    story.tell({ usage: [figures({ used_percent: 96, resets_at: end })] })
    const claiming = { usage: [figures({ used_percent: 96, resets_at: end + 90_000 })] }
    const later = end + 2 * 3_600
    expect(kinds(story.tell({ ...claiming, now: later }))).toEqual(['usage_reset'])
    expect(story.tell({ ...claiming, now: later })).toEqual([])
    story.restart()
    expect(story.tell({ ...claiming, now: later + 60 })).toEqual([])
    const fresh = { usage: [figures({ used_percent: 96, resets_at: end + 90_000 }, { fetched_at: later + 70 })] }
    expect(kinds(story.tell({ ...fresh, now: later + 80 }))).toEqual(['usage_threshold'])
  })

  test('has begun anew is told once, after its time, and then a new period counts', () => {
    const story = new Story()
    story.tell(used(83))
    expect(story.next).toBe(reset + 120)
    expect(story.tell({ now: reset + 60 })).toEqual([])
    expect(kinds(story.tell({ now: reset + 120 }))).toEqual(['usage_reset'])
    expect(story.tell({ now: reset + 121 })).toEqual([])
    const later = reset + hour
    expect(kinds(story.tell({ ...used(85, reset + 5 * hour, later), now: later }))).toEqual(['usage_threshold'])
  })

  test('of a moment that wavers is one period', () => {
    const story = new Story()
    story.tell(used(83))
    for (const waver of [30, -40, 90]) expect(story.tell(used(84, reset + waver))).toEqual([])
    const now = reset + 20
    expect(story.tell({ ...used(97, reset + 60, now), now })).toEqual([])
  })

  test('is not told from figures of the period before that name no end', () => {
    const story = new Story()
    story.tell(used(83))
    const before = { usage: [figures({ used_percent: 97 }, { fetched_at: reset - 60 })] }
    expect(kinds(story.tell({ ...before, now: reset + 120 }))).toEqual(['usage_reset'])
    story.restart()
    for (const now of [reset + 121, reset + hour, reset + 2 * hour]) expect(story.tell({ now })).toEqual([])
    expect(story.facts.told.limits).toEqual([])
    const fresh = { usage: [figures({ used_percent: 97 }, { fetched_at: reset + 2 * hour })] }
    expect(kinds(story.tell(fresh))).toEqual(['usage_threshold'])
  })

  test('that slides on is told once in the time that was said first', () => {
    const story = new Story()
    const told = []
    for (let now = noon; now < noon + 10 * hour; now += 600) {
      told.push(...story.tell({ ...used(now % 1200 === 0 ? 79 : 85, now + 5 * hour, now), now }))
    }
    expect(told.length).toBeLessThanOrEqual(3)
  })

  test.each([
    ['stale', { usage: [figures({ used_percent: 90, resets_at: reset }, { stale: true })] }],
    ['of a period that is over', used(90, noon - 1)],
    ['of no known time', { usage: [{ ...figures({ used_percent: 90 }), fetched_at: undefined as unknown as number }] }],
    ['not a number', used(Number.NaN)],
    ['of a limit without a name', { usage: [figures({ name: '', used_percent: 90 })] }],
    ['of nobody', { usage: [figures({ used_percent: 90 }, { account: 'somebody' })] }],
  ])('with figures that are %s, nothing is told', (_, changes) => {
    expect(new Story().tell(changes)).toEqual([])
  })

  test('where nobody says when it begins anew, it is told once until the value falls by half', () => {
    const story = new Story()
    expect(kinds(story.tell({ usage: [figures({ used_percent: 85 })] }))).toEqual(['usage_threshold'])
    for (const percent of [60, 85]) expect(story.tell({ usage: [figures({ used_percent: percent })] })).toEqual([])
    expect(story.tell({ usage: [figures({ used_percent: 3 })], now: noon + 60 })).toEqual([])
    expect(kinds(story.tell({ usage: [figures({ used_percent: 85 })] }))).toEqual(['usage_threshold'])
  })

  test('has thresholds of its own name, or none', () => {
    const settings = { ...defaultSettings, usageThresholds: [{ window: '5 hours', percents: [] }] }
    expect(new Story().tell({ ...used(99), settings })).toEqual([])
    const early = { ...defaultSettings, usageThresholds: [{ window: '5 hours', percents: [10, 50] }] }
    expect(kinds(new Story().tell({ ...used(12), settings: early }))).toEqual(['usage_threshold'])
  })

  test('that began anew days ago, while the app was off, is no news', () => {
    const story = new Story()
    story.tell(used(83))
    story.restart()
    expect(story.tell({ now: reset + 3 * day })).toEqual([])
    expect(story.facts.told.limits).toEqual([])
  })
})

describe('a tool that waits', () => {
  const approval = {
    id: 'approval-1',
    caller: { name: 'codex', proof: 'claimed' as const },
    account: own.id,
    provider: own.provider,
    expires_at: noon + 30,
  }
  const asking = { snapshot: { ...snapshotOf([own]), approvals: [approval] } }

  test('is told once, in quiet hours as well, and taken back when it is answered or the host is gone', () => {
    for (const answered of [snapshotOf([own]), undefined]) {
      const story = new Story()
      expect(kinds(story.tell({ ...asking, ...quiet }))).toEqual(['consent'])
      expect(story.tell({})).toEqual([])
      expect(story.tell({ snapshot: answered })).toEqual([])
      expect(story.takenBack).toEqual(['consent:approval-1'])
    }
  })

  test('is not told where that is switched off', () => {
    const story = new Story()
    expect(story.tell({ ...asking, ...off('consent') })).toEqual([])
    expect(story.tell({ settings: defaultSettings })).toEqual([])
  })
})

describe('in quiet hours', () => {
  const end = quietUntil(quiet.settings.quietHours, noon) ?? 0

  test('nothing is told until they end, and then what is still true', () => {
    const story = new Story()
    const soon = { signed_in_until: noon + day }
    expect(story.tell({ ...at(ended), ...quiet, ...used(90, noon + day) })).toEqual([])
    expect(story.next).toBe(end)
    expect(story.tell({ ...at(active, soon), now: noon + 60 })).toEqual([])
    expect(kinds(story.tell({ now: end })).sort()).toEqual(['login_ends_soon', 'usage_threshold'])
    expect(story.tell({ now: end + 1 })).toEqual([])
  })

  test('a limit that begins anew is told of when they end, unless it is used up again by then', () => {
    for (const again of [false, true]) {
      const story = new Story()
      story.tell(used(83, noon + hour))
      expect(story.tell({ ...quiet, now: noon + hour + 200 })).toEqual([])
      expect(story.takenBack).toEqual([`usage:${own.id}:5 hours`])
      const changes = again ? used(99, noon + 9 * hour, end) : {}
      expect(kinds(story.tell({ ...changes, now: end }))).toEqual([again ? 'usage_threshold' : 'usage_reset'])
    }
  })

  test.each([
    [22 * 60, 7 * 60, '2026-03-10T23:30:00', 7.5],
    [22 * 60, 7 * 60, '2026-03-10T06:59:59', 1 / 3600],
    [22 * 60, 7 * 60, '2026-03-10T07:00:00', undefined],
    [22 * 60, 7 * 60, '2026-03-10T21:59:59', undefined],
    [9 * 60, 17 * 60, '2026-03-10T09:00:00', 8],
    [9 * 60, 17 * 60, '2026-03-10T17:00:00', undefined],
    [60, 60, '2026-03-10T01:00:00', undefined],
  ])('from minute %d to %d, at %s, hours are left: %s', (from, to, time, left) => {
    const now = Date.parse(time) / 1000
    expect(quietUntil({ on: true, from, to }, now)).toBe(left === undefined ? undefined : now + Math.round(left * hour))
    expect(quietUntil({ on: false, from, to }, now)).toBeUndefined()
  })
})

describe('a kind that is switched off', () => {
  test.each([
    ['sign_in_needed', at(ended)],
    ['login_ends_soon', at(active, { signed_in_until: noon + day })],
    ['usage_threshold', used(90, noon + day)],
  ] as const)('%s tells nothing, and what happened is no news later', (kind, changes) => {
    const story = new Story()
    expect(story.tell({ ...changes, ...off(kind) })).toEqual([])
    expect(story.tell({ settings: defaultSettings, now: noon + 1 })).toEqual([])
  })

  test('a limit that begins anew meanwhile is forgotten', () => {
    const story = new Story()
    story.tell(used(83))
    expect(story.tell({ ...off('usage_reset'), now: reset + 200 })).toEqual([])
    expect(story.tell({ settings: defaultSettings })).toEqual([])
  })
})
