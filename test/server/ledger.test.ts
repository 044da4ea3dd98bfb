import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { silentLog } from '../../src/core/index.ts'
import type { Caller, LedgerEntry } from '../../src/protocol/index.ts'
import { FileLedger, MemoryLedger } from '../../src/server/index.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { tinyDisk } from '../vault/disks.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tt-ledger-'))
})
afterEach(() => rmSync(home, { recursive: true }))

const callers = new Map<string, Caller>()
/** One client is one object, as the server makes them. */
function caller(name: string): Caller {
  const known = callers.get(name) ?? { name, proof: 'claimed' as const }
  callers.set(name, known)
  return known
}

function open(folder = home) {
  const clock = new ManualClock()
  const said: string[] = []
  const log = { ...silentLog, info: (event: string) => void said.push(event), warn: (event: string) => void said.push(event) }
  const ledger = new FileLedger({ home: folder, clock, log })
  const record = (name: string, more: Partial<LedgerEntry> = {}) => {
    const at = Math.floor(clock.now() / 1000)
    ledger.record({ at, caller: caller(name), provider: 'acme', account: 'acme-1', outcome: 'handed_out', ...more })
  }
  return { clock, ledger, record, said, file: join(folder, 'ledger', 'ledger.jsonl') }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

const linesOf = (file: string) => readFileSync(file, 'utf8').split('\n').filter(Boolean)
const names = (entries: readonly LedgerEntry[]) => entries.map((entry) => entry.caller.name)
const counts = (entries: readonly LedgerEntry[]) => entries.map(({ count }) => count)
const total = (entries: readonly LedgerEntry[]) => counts(entries).reduce((sum, count) => sum + count, 0)

describe('writing', () => {
  test('a token that came in place of one that had ended early has a line of its own', async () => {
    const { record, clock, ledger } = open()
    record('codex')
    for (const more of [{}, {}, { ended_early: true as const }, { ended_early: true as const }, {}]) record('codex', more)
    await clock.advance(50)
    const entries = await ledger.read(100)
    expect(counts(entries)).toEqual([1, 2, 2, 1])
    expect(entries.map(({ ended_early: endedEarly }) => endedEarly)).toEqual([undefined, undefined, true, undefined])
  })

  test('the first entry is on the disk before the token is, and the ones behind it share lines', async () => {
    const { record, clock, file, ledger } = open()
    record('codex')
    expect(linesOf(file)).toHaveLength(1)
    for (let turn = 0; turn < 1_000; turn += 1) {
      record('codex')
      if (turn % 200 === 0) record('claude')
    }
    record('codex', { outcome: 'denied' })
    record('codex', { account: 'acme-2' })
    record('codex', { account: 'acme-2', caller: { ...caller('codex'), pid: 7 } })
    expect(linesOf(file)).toHaveLength(1)
    await clock.advance(50)
    expect(linesOf(file)).toHaveLength(6)
    expect(counts(await ledger.read(100))).toEqual([1, 1_000, 5, 1, 1, 1])
    // The time after a batch is no quiet time; the one after that is.
    record('pi')
    expect(linesOf(file)).toHaveLength(6)
    await clock.advance(100)
    expect(clock.pending).toBe(0)
    record('pi')
    expect(linesOf(file)).toHaveLength(8)
  })

  test('is for its user alone', () => {
    const { record, file } = open()
    record('codex')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(join(home, 'ledger')).mode & 0o777).toBe(0o700)
  })

  test('a stop writes what has been gathered', () => {
    const { record, ledger, file } = open()
    for (const name of ['codex', 'claude', 'pi']) record(name)
    ledger.close()
    expect(linesOf(file)).toHaveLength(3)
  })

  test('goes on in a new file when somebody has removed the old one', async () => {
    const { record, clock, file } = open()
    record('codex')
    rmSync(file)
    await clock.advance(100)
    record('claude')
    expect(linesOf(file)).toHaveLength(1)
  })

  test('five files of two mebibytes are kept', { timeout: 60_000 }, async () => {
    const { record, clock, ledger } = open()
    const long = 'x'.repeat(1_000)
    for (let number = 0; number < 14_000; number += 1) {
      record('codex', { account: `acme-${number}-${long}` })
      if (number % 500 === 0) await clock.advance(50)
    }
    await clock.advance(100)
    const files = readdirSync(join(home, 'ledger'))
    expect(files.sort()).toEqual(['ledger.1.jsonl', 'ledger.2.jsonl', 'ledger.3.jsonl', 'ledger.4.jsonl', 'ledger.jsonl'])
    for (const file of files) expect(statSync(join(home, 'ledger', file)).size).toBeLessThanOrEqual(2 * 1024 * 1024)
    const entries = await ledger.read(5_000)
    const numbers = entries.map(({ account }) => Number(account.split('-')[1]))
    expect(numbers).toEqual(Array.from({ length: 5_000 }, (_, index) => 9_000 + index))
  })
})

describe('reading', () => {
  test('answers the newest entries, oldest first, of everybody or of one client, with what is not written yet', async () => {
    const { record, clock, ledger } = open()
    for (const name of ['codex', 'claude', 'codex-2', 'pi']) {
      record(name)
      await clock.advance(1_000)
    }
    record('codex')
    record('pi')
    record('codex', { outcome: 'denied' })
    expect(names(await ledger.read(3))).toEqual(['codex', 'pi', 'codex'])
    expect(names(await ledger.read(2, { client: 'codex' }))).toEqual(['codex', 'codex'])
    expect(names(await ledger.read(100, { client: 'codex' }))).toEqual(['codex', 'codex', 'codex'])
    expect(await ledger.read(100, { client: 'nobody' })).toEqual([])
    expect(total(await ledger.read(100))).toBe(7)
  })

  test('finds an account, a provider and what is newer, of what is written and of what waits', async () => {
    const { record, ledger, clock } = open()
    const start = Math.floor(clock.now() / 1000)
    record('codex')
    // Its name has the other one in it.
    record('codex', { account: 'acme-12' })
    record('acme-1', { provider: 'other', account: 'other-1' })
    await clock.advance(10_000)
    record('codex')
    record('pi', { provider: 'other', account: 'other-1' })
    expect(names(await ledger.read(100, { account: 'acme-1' }))).toEqual(['codex', 'codex'])
    expect(names(await ledger.read(100, { provider: 'other' }))).toEqual(['acme-1', 'pi'])
    expect(names(await ledger.read(100, { since: start + 10 }))).toEqual(['codex', 'pi'])
    expect(await ledger.read(100, { client: 'codex', provider: 'other' })).toEqual([])
    expect(names(await ledger.read(1, { account: 'other-1', since: start }))).toEqual(['pi'])
  })

  test('passes over what a crash has torn, and no entry behind it is lost', async () => {
    const first = open()
    first.record('codex')
    first.record('claude')
    first.ledger.close()
    truncateSync(first.file, statSync(first.file).size - 30)
    const second = open()
    second.record('pi')
    second.ledger.close()
    appendFileSync(first.file, '{"at":1}\nnull\n\n\0\0\0{"at": ')
    const third = open()
    third.record('codex')
    expect(names(await third.ledger.read(100))).toEqual(['codex', 'pi', 'codex'])
  })

  test.runIf(process.platform === 'linux')('is done by one after the other, and a crowd is turned away', async () => {
    const { record, ledger } = open()
    record('codex')
    let peak = 0
    const looking = setInterval(() => {
      const files = readdirSync('/proc/self/fd').filter((file) => linkOf(`/proc/self/fd/${file}`).includes(`${home}/ledger/`))
      peak = Math.max(peak, files.length)
    })
    const reads = await Promise.allSettled(Array.from({ length: 100 }, () => ledger.read(10)))
    clearInterval(looking)
    const read = reads.filter((each) => each.status === 'fulfilled')
    expect(read.map(({ value }) => names(value))).toEqual(Array.from({ length: 64 }, () => ['codex']))
    const refused = reads.filter((each) => each.status === 'rejected')
    expect(refused.map(({ reason }) => [reason.code, reason.retryAfter])).toEqual(
      Array.from({ length: 36 }, () => ['temporarily_unavailable', 1]),
    )
    // The one that is read, and the one that is written.
    expect(peak).toBeLessThanOrEqual(2)
    expect(names(await ledger.read(10))).toEqual(['codex'])
    ledger.close()
  })

  test('of a home without a ledger is empty', async () => {
    expect(await open().ledger.read(10)).toEqual([])
    expect(readdirSync(home)).toEqual([])
  })
})

describe('a disk that takes nothing', () => {
  const fill = (path: string) => {
    for (let size = 65_536; size >= 1; size >>= 1) {
      try {
        writeFileSync(join(path, 'room'), 'x'.repeat(size), { flag: 'a' })
      } catch {}
    }
  }

  test('refuses nobody, is said once, and gets everything when there is room', async ({ skip }) => {
    const disk = tinyDisk('128k')
    if (disk === undefined) return skip()
    try {
      const { record, clock, ledger, said, file } = open(disk.path)
      record('codex')
      fill(disk.path)
      let recorded = 1
      for (let turn = 0; turn < 300; turn += 1) {
        record(`client-${turn}`)
        recorded += 1
        await clock.advance(100)
      }
      expect(said).toEqual(['ledger not written'])
      expect(total(await ledger.read(1_000))).toBe(recorded)
      for (const line of linesOf(file)) JSON.parse(line)
      rmSync(join(disk.path, 'room'))
      await clock.advance(1_000)
      expect(said).toEqual(['ledger not written', 'ledger written again'])
      expect(linesOf(file)).toHaveLength(recorded)
      expect(total(await ledger.read(1_000))).toBe(recorded)
      ledger.close()
    } finally {
      disk.remove()
    }
  })

  test('for ever costs a bounded memory: the newest thousand lines', async ({ skip }) => {
    const disk = tinyDisk('64k')
    if (disk === undefined) return skip()
    try {
      disk.makeReadOnly()
      const { record, clock, ledger, said } = open(disk.path)
      for (let turn = 0; turn < 3_000; turn += 1) record(`client-${turn}`)
      await clock.advance(5_000)
      const entries = await ledger.read(1_000)
      expect(names(entries).at(-1)).toBe('client-2999')
      expect(names(entries)[0]).toBe('client-2000')
      expect(said).toEqual(['ledger not written'])
      ledger.close()
    } finally {
      disk.remove()
    }
  })
})

test('the ledger in memory holds the newest thousand lines', async () => {
  const ledger = new MemoryLedger()
  const entry = { at: 1, provider: 'acme', account: 'acme-1', outcome: 'handed_out' } as const
  for (let turn = 0; turn < 3_000; turn += 1) ledger.record({ ...entry, at: turn, caller: caller(turn % 2 ? 'codex' : 'pi') })
  ledger.record({ ...entry, at: 2_999, caller: caller('codex') })
  expect(await ledger.read(10_000)).toHaveLength(1_000)
  expect((await ledger.read(2, { client: 'codex' })).map(({ at, count }) => [at, count])).toEqual([
    [2_997, 1],
    [2_999, 2],
  ])
})
