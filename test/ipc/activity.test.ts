import { describe, expect, test } from 'vitest'
import { activityDays, clientKey, clientsOf, isPerson, latelyUsedBy } from '../../src/ipc/activity.ts'
import type { Caller, LedgerEntry } from '../../src/protocol/index.ts'

const noon = new Date(2026, 10, 20, 12).getTime() / 1000
const day = 86_400

const codex: Caller = { name: 'codex', proof: 'proven', pid: 1, executable: '/usr/bin/codex', parent: '/usr/bin/zed' }
const person: Caller = { name: 'tokentray-copy', proof: 'proven' }

const entry = (more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  at: noon,
  caller: codex,
  provider: 'practice',
  account: 'practice-1',
  outcome: 'handed_out',
  count: 1,
  ...more,
})

const linesOf = (entries: readonly LedgerEntry[]) => activityDays(entries, { refusedOnly: false }).map(({ lines }) => lines)

describe('the ledger by days', () => {
  test('adds up equal entries of a day and keeps the latest time', () => {
    expect(linesOf([entry({ count: 30 }), entry({ at: noon + 60, count: 11 })])).toMatchObject([[{ count: 41, at: noon + 60 }]])
  })

  test('keeps days apart, the latest first, whatever the order of the entries', () => {
    const days = activityDays([entry({ at: noon }), entry({ at: noon - day }), entry({ at: noon + day })], { refusedOnly: false })
    expect(days.map(({ at }) => at)).toEqual([noon + day, noon, noon - day])
  })

  test('splits a day at midnight of the person, not after 24 hours', () => {
    const midnight = new Date(2026, 10, 20).getTime() / 1000
    expect(linesOf([entry({ at: midnight - 1 }), entry({ at: midnight })])).toHaveLength(2)
  })

  test.each<[string, Partial<LedgerEntry>]>([
    ['another account', { account: 'practice-2' }],
    ['another outcome', { outcome: 'denied' }],
    ['another client', { caller: { ...codex, name: 'pi' } }],
    ['a client that only says its name', { caller: { name: 'codex', proof: 'claimed' } }],
  ])('does not add %s', (_what, more) => {
    expect(linesOf([entry(), entry(more)])).toMatchObject([[{ count: 1 }, { count: 1 }]])
  })

  test('does not take two clients for one whose names put together are the same', () => {
    const entries = [
      entry({ caller: { name: 'a","b', proof: 'claimed' }, account: 'c' }),
      entry({ caller: { name: 'a', proof: 'claimed' }, account: 'b","c' }),
    ]
    expect(linesOf(entries)[0]).toHaveLength(2)
  })

  test('lists each program of a client once, the latest first', () => {
    const other = { ...codex, executable: '/opt/codex' }
    const [[line] = []] = linesOf([entry(), entry({ at: noon + 1, caller: other }), entry({ at: noon + 2 })])
    expect(line?.programs.map(({ executable }) => executable)).toEqual(['/usr/bin/codex', '/opt/codex'])
  })

  test('shows refused and unanswered ones only, or those of one client only', () => {
    const entries = [entry(), entry({ outcome: 'denied' }), entry({ outcome: 'unanswered', caller: { ...codex, name: 'pi' } })]
    expect(activityDays(entries, { refusedOnly: true })[0]?.lines).toHaveLength(2)
    expect(activityDays(entries, { refusedOnly: true, client: 'client pi' })[0]?.lines).toHaveLength(1)
    expect(activityDays(entries, { refusedOnly: true, client: 'client nobody' })).toEqual([])
  })
})

describe('who copied a token', () => {
  test('is the person where the host says so', () => {
    expect(isPerson(person)).toBe(true)
  })

  test.each<Caller>([
    { name: 'tokentray-copy', proof: 'claimed' },
    { name: 'tokentray-copy', proof: 'proven', pid: 4711, executable: '/tmp/evil' },
    { name: 'codex', proof: 'proven' },
  ])('is a program where it is %j', (caller) => {
    expect(isPerson(caller)).toBe(false)
    expect(clientKey(caller)).not.toBe(clientKey(person))
  })

  test('is a client beside a program of that name', () => {
    const both = [entry({ caller: person }), entry({ caller: { name: 'tokentray-copy', proof: 'claimed' } })]
    expect(clientsOf([...both, ...both])).toHaveLength(2)
  })
})

describe('which clients used an account lately', () => {
  const at = 1_795_000_000
  const used = (name: string, more: Partial<LedgerEntry> = {}): LedgerEntry => ({
    at,
    caller: { name, proof: 'claimed' },
    provider: 'practice',
    account: 'practice-1',
    outcome: 'handed_out',
    count: 1,
    ...more,
  })

  test('are told once each, the latest first', () => {
    const entries = [used('codex', { at: at - 50 }), used('pi', { at: at - 40 }), used('codex', { at: at - 30 })]
    expect(latelyUsedBy('practice-1', entries, at)).toEqual(['codex', 'pi'])
  })

  test('are neither those that were refused, nor of another account, nor of the day before, nor the person', () => {
    const entries = [
      used('refused', { outcome: 'denied' }),
      used('elsewhere', { account: 'practice-2' }),
      used('earlier', { at: at - 86_400 }),
      used('tokentray-copy', { caller: { name: 'tokentray-copy', proof: 'proven' } }),
    ]
    expect(latelyUsedBy('practice-1', entries, at)).toEqual([])
    // A program may take that name, and is told of then.
    expect(latelyUsedBy('practice-1', [used('tokentray-copy')], at)).toEqual(['tokentray-copy'])
  })
})
