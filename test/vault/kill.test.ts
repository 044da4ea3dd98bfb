import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createVault, type KeyAnswer, type KeyStore } from '../../src/vault/index.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { buildProgram, type Program } from './build-program.ts'
import { canary, filesBelow, numberOf, temporaryHome } from './samples.ts'

const wantedKills = 100
/** The test ends here with as many kills as there were. Milliseconds. */
const budget = 14_000
const accounts = ['a', 'b', 'c']

let program: Program
beforeAll(async () => {
  program = await buildProgram('save-loop')
})
afterAll(() => program.remove())

test('S3: whenever a process is killed, every account loads complete, and no confirmed grant is lost', {
  timeout: 40_000,
}, async () => {
  const end = Date.now() + budget
  const counts = await Promise.all([0, 1].map((lane) => killAgainAndAgain(lane, wantedKills / 2, end)))
  const kills = counts.reduce((sum, count) => sum + count.kills, 0)
  const saves = counts.reduce((sum, count) => sum + count.saves, 0)
  expect(kills).toBeGreaterThan(20)
  // Most processes must have got to the writing for the test to mean anything.
  expect(saves).toBeGreaterThan(kills * 3)
})

async function killAgainAndAgain(lane: number, wanted: number, end: number): Promise<{ kills: number; saves: number }> {
  // In memory where there is such a disk: a kill, unlike a power cut, does not depend on it, and it allows many more of them.
  const home = await temporaryHome(existsSync('/dev/shm') ? '/dev/shm' : undefined)
  const journal = join(home, 'journal')
  const key = randomBytes(32)
  const confirmed = new Map<string, number>()
  let kills = 0
  for (; kills < wanted && Date.now() < end; kills += 1) {
    await writeFile(journal, '')
    const next = Math.max(-1, ...confirmed.values()) + 1
    // Spread over start, first writes and steady writing, differently in both lanes.
    await runAndKill([home, journal, key.toString('hex'), String(next)], journal, ((kills * 7 + lane * 3) % 40) + 1)
    for (const line of (await readFile(journal, 'utf8')).split('\n').slice(0, -1)) {
      const [account = '', number] = line.split(' ')
      confirmed.set(account, Number(number))
    }
    await verify(home, key, confirmed)
  }
  const files = await filesBelow(join(home, 'vault'))
  for (const [file, bytes] of files) expect(bytes.includes(canary), file).toBe(false)
  expect([...files.keys()].filter((file) => file.includes('damaged'))).toEqual([])
  return { kills, saves: [...confirmed.values()].reduce((sum, number) => sum + number, 0) }
}

/** Kills the process `delay` milliseconds after its first confirmed save. */
function runAndKill(args: readonly string[], journal: string, delay: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program.file, ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
    let stderr = ''
    child.stderr.on('data', (chunk) => {
      stderr += chunk
    })
    const watch = setInterval(async () => {
      if ((await readFile(journal)).length === 0) return
      clearInterval(watch)
      setTimeout(() => child.kill('SIGKILL'), delay)
    }, 5)
    child.once('exit', (_code, signal) => {
      clearInterval(watch)
      if (signal === 'SIGKILL') resolve()
      else reject(new Error(`the process ended by itself: ${stderr}`))
    })
  })
}

async function verify(home: string, key: Buffer, confirmed: ReadonlyMap<string, number>): Promise<void> {
  const present = async (): Promise<KeyAnswer> => ({ kind: 'present', key: Buffer.from(key) })
  const keychain: KeyStore = { busy: false, read: present, write: present, remove: present, unlocked: async () => true }
  const { vault } = createVault({ home, clock: new ManualClock(), keychain })
  await vault.open()
  for (const account of accounts) {
    const last = confirmed.get(account)
    const stored = await vault.load(account)
    if (last === undefined && stored.kind === 'absent') continue
    expect(stored).toMatchObject({ kind: 'found' })
    if (stored.kind !== 'found') continue
    expect(stored.notice).toBeUndefined()
    // The write that was under way may have arrived without having been confirmed.
    expect(numberOf(stored.grant)).toBeGreaterThanOrEqual(last ?? 0)
  }
  vault.close()
}
