import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { silentLog } from '../../src/core/index.ts'
import type { HistoryEntry } from '../../src/protocol/index.ts'
import { FileHistory, MemoryHistory } from '../../src/server/index.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { tinyDisk } from '../vault/disks.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tt-history-'))
})
afterEach(() => rmSync(home, { recursive: true }))

const refreshed = (at: number, account = 'acme-1', label?: string): HistoryEntry => ({
  at,
  provider: account.split('-')[0] ?? '',
  account,
  ...(label === undefined ? {} : { label }),
  event: 'refreshed',
  need: 'schedule',
})

function open(folder = home) {
  const clock = new ManualClock()
  const said: string[] = []
  const log = { ...silentLog, info: (event: string) => void said.push(event), warn: (event: string) => void said.push(event) }
  const history = new FileHistory({ home: folder, clock, log })
  return { clock, history, said, file: join(folder, 'history', 'history.jsonl') }
}

const linesOf = (file: string) => readFileSync(file, 'utf8').split('\n').filter(Boolean)
const times = (entries: readonly HistoryEntry[]) => entries.map(({ at }) => at)

test('an entry is on the disk before anything else happens, for its user alone, and after a restart', async () => {
  const { history, file, clock } = open()
  history.record({ at: 1, event: 'started' })
  expect(linesOf(file)).toEqual(['{"at":1,"event":"started"}'])
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(statSync(join(home, 'history')).mode & 0o777).toBe(0o700)
  // Unlike in the ledger, also what comes right behind it: a process that is killed now has told everything.
  for (const at of [2, 3]) {
    history.record(refreshed(at))
    expect(linesOf(file)).toHaveLength(at)
  }
  await clock.advance(100)
  expect(clock.pending).toBe(0)
  const again = open().history
  again.record({ at: 4, event: 'started' })
  expect(times(await again.read(10))).toEqual([1, 2, 3, 4])
  again.close()
})

describe('reading', () => {
  const past: readonly HistoryEntry[] = [
    { at: 1, event: 'started' },
    refreshed(2, 'acme-1', 'work'),
    refreshed(3, 'acme-12'),
    refreshed(4, 'other-1', 'work'),
    { at: 5, event: 'locked', error: { code: 'locked', description: 'TokenTray is locked.' } },
    refreshed(6, 'acme-1', 'job'),
  ]

  for (const kind of ['file', 'memory'] as const) {
    test(`finds what happened to a login and to all of them, in the ${kind}`, async () => {
      const history = kind === 'file' ? open().history : new MemoryHistory()
      for (const entry of past) history.record(entry)
      expect(times(await history.read(100))).toEqual([1, 2, 3, 4, 5, 6])
      expect(times(await history.read(2))).toEqual([5, 6])
      expect(times(await history.read(100, { account: 'acme-1' }))).toEqual([1, 2, 5, 6])
      expect(times(await history.read(100, { provider: 'acme' }))).toEqual([1, 2, 3, 5, 6])
      expect(times(await history.read(100, { provider: 'acme', label: 'work' }))).toEqual([1, 2, 5])
      expect(times(await history.read(100, { account: 'acme-1', since: 5 }))).toEqual([5, 6])
      expect(times(await history.read(1, { account: 'other-1' }))).toEqual([5])
      expect(times(await history.read(100, { account: 'nobody' }))).toEqual([1, 5])
    })
  }

  test('passes over what a crash has torn and what no version of this program has written', async () => {
    const first = open()
    for (const at of [1, 2]) first.history.record(refreshed(at))
    first.history.close()
    truncateSync(first.file, statSync(first.file).size - 20)
    const second = open()
    second.history.record(refreshed(3))
    second.history.close()
    appendFileSync(first.file, 'null\n[]\n{"at":1,"event":"exploded"}\n{"at":"x","event":"started"}\n\0\0\n{"at":4,"event":"refr')
    const third = open()
    third.history.record(refreshed(5))
    expect(times(await third.history.read(100))).toEqual([1, 3, 5])
    third.history.close()
  })

  test('of a home without a history is empty, and makes no folder', async () => {
    expect(await open().history.read(10)).toEqual([])
    expect(readdirSync(home)).toEqual([])
  })
})

test('five files of two mebibytes are kept', { timeout: 60_000 }, async () => {
  const { history, clock } = open()
  for (let at = 0; at < 14_000; at += 1) {
    history.record(refreshed(at, `acme-${'x'.repeat(1_000)}`))
    if (at % 500 === 0) await clock.advance(50)
  }
  history.close()
  const files = readdirSync(join(home, 'history')).sort()
  expect(files).toEqual(['history.1.jsonl', 'history.2.jsonl', 'history.3.jsonl', 'history.4.jsonl', 'history.jsonl'])
  for (const file of files) expect(statSync(join(home, 'history', file)).size).toBeLessThanOrEqual(2 * 1024 * 1024)
  expect(times(await history.read(3))).toEqual([13_997, 13_998, 13_999])
})

describe('a place that takes nothing', () => {
  test('throws at nobody, is said once, and gets everything when there is room', async ({ skip }) => {
    const disk = tinyDisk('128k')
    if (disk === undefined) return skip()
    try {
      const { history, clock, said, file } = open(disk.path)
      disk.makeReadOnly()
      for (let at = 0; at < 300; at += 1) {
        history.record(refreshed(at))
        await clock.advance(100)
      }
      expect(said).toEqual(['history not written'])
      expect(await history.read(1_000)).toHaveLength(300)
      disk.makeWritable()
      await clock.advance(1_000)
      expect(said).toEqual(['history not written', 'history written again'])
      expect(linesOf(file)).toHaveLength(300)
      history.close()
    } finally {
      disk.remove()
    }
  })

  test('that is a file where the folder should be costs a bounded memory: the newest thousand', async () => {
    writeFileSync(join(home, 'history'), '')
    const { history, said } = open()
    for (let at = 0; at < 3_000; at += 1) history.record(refreshed(at))
    expect(times(await history.read(1_000))).toEqual(Array.from({ length: 1_000 }, (_, index) => 2_000 + index))
    expect(said).toEqual(['history not written'])
    history.close()
  })
})

test('the history in memory holds the newest thousand', async () => {
  const history = new MemoryHistory()
  for (let at = 0; at < 3_000; at += 1) history.record(refreshed(at))
  expect(times(await history.read(10_000))).toEqual(Array.from({ length: 1_000 }, (_, index) => 2_000 + index))
})
