import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { silentLog } from '../../src/core/index.ts'
import type { ClientPolicy } from '../../src/protocol/index.ts'
import { ClientFile } from '../../src/server/index.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { tinyDisk } from '../vault/disks.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tt-clients-'))
})
afterEach(() => rmSync(home, { recursive: true }))

const decided: ClientPolicy = { ask: false, rules: [{ client: 'codex', decision: 'deny', decided_at: 1_800_000_000 }] }

function open(folder = home) {
  const warnings: Record<string, unknown>[] = []
  const log = { ...silentLog, warn: (event: string, fields = {}) => void warnings.push({ event, ...fields }) }
  const register = new ClientFile({ home: folder, clock: new ManualClock(), log })
  return { register, policy: register.read(), warnings }
}

const damages: [string, (path: string) => void][] = [
  ['emptied', (path) => writeFileSync(path, '')],
  ['cut short', (path) => writeFileSync(path, readFileSync(path, 'utf8').slice(0, -20))],
  ['no JSON', (path) => writeFileSync(path, '\0\0\0')],
  ['another thing', (path) => writeFileSync(path, '{"version": 1, "ask": false}')],
  ['of a future version', (path) => writeFileSync(path, '{"version": 2, "ask": false, "rules": []}')],
  ['with a rule that is none', (path) => writeFileSync(path, '{"version": 1, "ask": false, "rules": [{"client": "codex"}]}')],
]

test('a new home asks nobody, and nothing is written', () => {
  expect(open()).toMatchObject({ policy: { ask: false, rules: [] }, warnings: [] })
  expect(readdirSync(home)).toEqual([])
})

test('what is decided is there at the next start, for its user alone', () => {
  open().register.write(decided)
  expect(open()).toMatchObject({ policy: decided, warnings: [] })
  expect(readdirSync(home).sort()).toEqual(['clients.json', 'clients.json.copy'])
  for (const name of readdirSync(home)) expect(statSync(join(home, name)).mode & 0o777).toBe(0o600)
})

describe.each(damages)('a file that is %s', (_name, damage) => {
  const aside = 'clients.json.damaged-2027-01-15T08-00-00-000Z'

  test('is set aside and named, and its copy is used, now and later', () => {
    open().register.write({ ask: true, rules: [] })
    open().register.write(decided)
    damage(join(home, 'clients.json'))
    const { policy, warnings } = open()
    expect(policy).toEqual(decided)
    expect(warnings).toMatchObject([{ event: 'clients file damaged', aside: join(home, aside), restored: true }])
    expect(open()).toMatchObject({ policy: decided, warnings: [] })
    expect(readdirSync(home).sort()).toEqual(['clients.json', 'clients.json.copy', aside])
  })

  test('and whose copy is no better makes every client ask, now and later', () => {
    open().register.write(decided)
    for (const name of ['clients.json', 'clients.json.copy']) damage(join(home, name))
    expect(open()).toMatchObject({ policy: { ask: true, rules: [] }, warnings: [{ restored: false, ask: true }] })
    expect(open()).toMatchObject({ policy: { ask: true, rules: [] }, warnings: [] })
  })
})

test('a file that is gone is replaced by its copy', () => {
  open().register.write(decided)
  rmSync(join(home, 'clients.json'))
  expect(open().policy).toEqual(decided)
  expect(open()).toMatchObject({ policy: decided, warnings: [] })
})

test('a link in the place of a file is replaced, and what it points to is not written', () => {
  const other = join(home, 'other')
  writeFileSync(other, 'mine')
  for (const name of ['clients.json', 'clients.json.tmp', 'clients.json.copy']) symlinkSync(other, join(home, name))
  const { register, policy } = open()
  expect(policy).toEqual({ ask: true, rules: [] })
  register.write(decided)
  expect(readFileSync(other, 'utf8')).toBe('mine')
  expect(open().policy).toEqual(decided)
})

test("what a crash left unfinished is in nobody's way", () => {
  writeFileSync(join(home, 'clients.json.tmp'), '{"version": 1, "as')
  open().register.write(decided)
  expect(open()).toMatchObject({ policy: decided, warnings: [] })
  expect(readdirSync(home).sort()).toEqual(['clients.json', 'clients.json.copy'])
})

test('a crash between the file and its copy leaves no older copy', () => {
  const { register } = open()
  register.write({ ask: false, rules: [] })
  mkdirSync(join(home, 'clients.json.copy.tmp'))
  expect(() => register.write(decided)).toThrow(expect.objectContaining({ code: 'vault_unavailable' }))
  rmSync(join(home, 'clients.json.copy.tmp'), { recursive: true })
  expect(open().policy).toEqual(decided)
  writeFileSync(join(home, 'clients.json'), '')
  expect(open().policy).toEqual({ ask: true, rules: [] })
})

const disk = tinyDisk('64k')
test.skipIf(disk === undefined)('a disk that takes nothing loses no decision, and says so', () => {
  try {
    const { path, makeReadOnly } = disk!
    const { register } = open(path)
    register.write(decided)
    const fill = () => {
      for (let size = 65_536; size >= 1; size >>= 1) {
        try {
          writeFileSync(join(path, 'room'), 'x'.repeat(size), { flag: 'a' })
        } catch {}
      }
    }
    fill()
    const many = Array.from({ length: 200 }, (_, number) => ({ ...decided.rules[0]!, client: `client-${number}` }))
    expect(() => register.write({ ask: true, rules: many })).toThrow(expect.objectContaining({ code: 'vault_unavailable' }))
    expect(register.read().rules).toHaveLength(200)
    expect(open(path)).toMatchObject({ policy: decided, warnings: [] })
    // Damage on a full disk: the same at every start, and nothing becomes allowed.
    for (const name of ['clients.json', 'clients.json.copy']) writeFileSync(join(path, name), '')
    for (const obstacle of [fill, makeReadOnly]) {
      obstacle()
      for (let start = 0; start < 2; start += 1) expect(open(path).policy).toEqual({ ask: true, rules: [] })
      expect(readdirSync(path)).toContain('clients.json')
      expect(readdirSync(path).filter((name) => name.includes('damaged'))).toEqual([])
    }
  } finally {
    disk!.remove()
  }
})
