import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { RefreshNote } from '../../src/core/index.ts'
import { FileRefreshJournal } from '../../src/vault/refresh-journal.ts'

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'tt-journal-'))
})
afterEach(() => rm(home, { recursive: true, force: true }))

const file = () => join(home, 'vault', 'refresh-journal.jsonl')
const sent = (number: number): RefreshNote => ({ kind: 'sent', fingerprint: `f${number}`, at: number })
const ended: RefreshNote = {
  kind: 'ended',
  fingerprint: 'f',
  at: 1,
  error: { code: 'invalid_grant', description: 'no' },
  cause: 'lost_answer',
}

test('what was written is there after a crash', async () => {
  const journal = new FileRefreshJournal(home)
  await journal.write('a', sent(1))
  await journal.write('b', ended)
  const again = new FileRefreshJournal(home)
  expect(again.read('a')).toEqual(sent(1))
  expect(again.read('b')).toEqual(ended)
  expect(again.read('c')).toBeUndefined()
  expect((await stat(file())).mode & 0o777).toBe(0o600)
})

test('what was settled is not, and a note after it is', async () => {
  const journal = new FileRefreshJournal(home)
  await journal.write('a', sent(1))
  journal.settle('a')
  await journal.write('b', sent(2))
  await journal.write('a', sent(3))
  journal.settle('b')
  await journal.write('c', sent(4))
  const again = new FileRefreshJournal(home)
  expect(['a', 'b', 'c'].map((account) => again.read(account))).toEqual([sent(3), undefined, sent(4)])
})

test('a line that a crash cut short spoils no other, and neither does nonsense', async () => {
  await new FileRefreshJournal(home).write('a', sent(1))
  await appendFile(file(), '\n{"kind":"sent","account":"b","finger')
  await new FileRefreshJournal(home).write('c', sent(3))
  await appendFile(file(), '\n\0\0\0\n[]\n{"kind":"gone","account":"a"}')
  const again = new FileRefreshJournal(home)
  expect(['a', 'b', 'c'].map((account) => again.read(account))).toEqual([sent(1), undefined, sent(3)])
})

test('a file that is no file costs an explanation and no start', async () => {
  await writeFile(join(home, 'vault'), 'not a folder')
  const journal = new FileRefreshJournal(home)
  expect(journal.read('a')).toBeUndefined()
  await expect(journal.write('a', sent(1))).rejects.toMatchObject({ code: 'vault_unavailable' })
})

test.skipIf(process.platform === 'win32').each<[string, () => void]>([
  ['a pipe', () => execFileSync('mkfifo', [file()])],
  ['a folder', () => mkdirSync(file())],
  ['a link to nothing', () => symlinkSync('/nowhere', file())],
  ['far too large', () => writeFileSync(file(), '') ?? truncateSync(file(), 2 ** 30)],
])('%s in its place is set aside, and holds up neither the start nor a refresh', async (_what, make) => {
  mkdirSync(join(home, 'vault'))
  make()
  const journal = new FileRefreshJournal(home)
  expect(journal.read('a')).toBeUndefined()
  await journal.write('a', sent(1))
  expect(new FileRefreshJournal(home).read('a')).toEqual(sent(1))
  expect(readdirSync(join(home, 'vault'))).toHaveLength(2)
})

test('the file does not grow without end', async () => {
  const journal = new FileRefreshJournal(home)
  await journal.write('kept', ended)
  for (let number = 0; number < 1_200; number += 1) {
    await journal.write('a', sent(number))
    journal.settle('a')
  }
  await journal.write('a', sent(9_999))
  expect((await readFile(file(), 'utf8')).split('\n').length).toBeLessThan(1_000)
  const again = new FileRefreshJournal(home)
  expect([again.read('kept'), again.read('a')]).toEqual([ended, sent(9_999)])
})
