import { describe, expect, test } from 'vitest'
import { Opening } from '../../src/vault/opening.ts'
import { PassphraseKeyStore } from '../../src/vault/passphrase.ts'
import { unseal } from '../../src/vault/unsealing.ts'
import { vaultFolder } from '../../src/vault/vault-folder.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { FakeKeyStore } from './fake-key-store.ts'
import { temporaryHome } from './samples.ts'

async function setUp(mood: FakeKeyStore['mood']) {
  const clock = new ManualClock()
  const keyStore = new FakeKeyStore()
  keyStore.mood = mood
  const folder = vaultFolder(await temporaryHome(), () => clock.now())
  const context = { folder, stores: { keychain: keyStore, passphrase: new PassphraseKeyStore({ folder, clock }) } }
  const outcomes: string[] = []
  const opening = new Opening({
    unseal: (passphrase) => unseal(context, passphrase),
    unlocked: () => keyStore.unlocked(),
    clock,
    onOutcome: async (outcome) => {
      outcomes.push(outcome.kind === 'ready' ? 'ready' : outcome.fault.code)
    },
  })
  /** Lets the next timer run and waits for what it does. */
  const tick = async () => {
    const delay = clock.next ?? 0
    await clock.advance(delay)
    await opening.open('program')
    return delay
  }
  return { clock, keyStore, opening, outcomes, tick }
}

describe('a locked keychain whose prompt was dismissed', () => {
  test('is never prompted for by the timer, and opens when the quiet question says "unlocked"', async () => {
    const { clock, keyStore, opening, outcomes, tick } = await setUp('locked')
    keyStore.quietAnswer = false
    await opening.open('program')
    expect(keyStore.reads).toBe(1)
    const delays = []
    for (let round = 0; round < 3; round += 1) {
      delays.push(clock.next)
      await clock.advance(clock.next ?? 0)
    }
    expect(delays).toEqual([5_000, 10_000, 20_000])
    expect(keyStore.quietQuestions).toBeGreaterThan(2)
    const reads = keyStore.reads
    keyStore.mood = 'open'
    keyStore.quietAnswer = true
    await tick()
    expect(keyStore.reads).toBeGreaterThan(reads)
    expect(outcomes.at(-1)).toBe('ready')
    expect(clock.pending).toBe(0)
  })

  test('is not prompted for by the timer where the question cannot be answered', async () => {
    const { clock, keyStore, opening } = await setUp('locked')
    await opening.open('program')
    await clock.advance(3_600_000)
    await new Promise((resolve) => setTimeout(resolve, 50))
    await clock.advance(3_600_000)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(keyStore.reads).toBe(1)
    expect(keyStore.quietQuestions).toBeGreaterThan(0)
  })

  test('is not prompted for by polling programs, except ever more rarely', async () => {
    const { clock, keyStore, opening } = await setUp('locked')
    keyStore.quietAnswer = false
    await opening.open('program')
    const promptedAt: number[] = []
    const start = clock.now()
    for (let second = 1; second <= 900; second += 1) {
      await clock.advance(1_000)
      const reads = keyStore.reads
      await opening.open('program')
      if (keyStore.reads > reads) promptedAt.push((clock.now() - start) / 1000)
    }
    const gaps = promptedAt.map((second, at) => second - (promptedAt[at - 1] ?? 0))
    for (const [at, respite] of [15, 30, 60, 120, 240, 240].entries()) {
      // A poll that falls on a tick of the timer joins it, and the next one prompts.
      expect(gaps[at]).toBeGreaterThanOrEqual(respite)
      expect(gaps[at]).toBeLessThanOrEqual(respite + 5)
    }
    expect(gaps).toHaveLength(6)
  })

  test('is prompted for at once when a person asks', async () => {
    const { keyStore, opening, outcomes } = await setUp('locked')
    await opening.open('program')
    await opening.open('program')
    expect(keyStore.reads).toBe(1)
    keyStore.mood = 'open'
    await opening.open('person')
    expect(outcomes).toEqual(['keychain_locked', 'ready'])
  })

  test('is prompted for when a person asks while the timer asks its quiet question', async () => {
    const { clock, keyStore, opening } = await setUp('locked')
    keyStore.quietAnswer = false
    await opening.open('program')
    await clock.advance(5_000)
    await opening.open('person')
    expect(keyStore.reads).toBe(2)
  })

  test('is prompted for again after the clock was set back', async () => {
    const { clock, keyStore, opening } = await setUp('locked')
    await opening.open('program')
    clock.jump(-86_400_000)
    await opening.open('program')
    expect(keyStore.reads).toBe(2)
  })
})

describe('a prompt on the screen', () => {
  test('gets no second one beside it, and its answer opens the vault by itself', async () => {
    const { clock, keyStore, opening, outcomes } = await setUp('open')
    let answer = () => {}
    keyStore.heldBy = new Promise((resolve) => {
      answer = resolve
    })
    await opening.open('person')
    expect(outcomes).toEqual(['keychain_waiting'])
    expect(clock.pending).toBe(0)
    await Promise.all([opening.open('person'), opening.open('program')])
    expect(keyStore.reads).toBe(1)
    answer()
    await waitUntil(() => outcomes.length === 2)
    expect(outcomes).toEqual(['keychain_waiting', 'ready'])
  })

  test('that is dismissed after the time-out leads to a quiet wait', async () => {
    const { clock, keyStore, opening, outcomes } = await setUp('locked')
    let dismiss = () => {}
    keyStore.heldBy = new Promise((resolve) => {
      dismiss = resolve
    })
    await opening.open('program')
    dismiss()
    await waitUntil(() => outcomes.length === 2)
    expect(outcomes).toEqual(['keychain_waiting', 'keychain_locked'])
    await waitUntil(() => clock.pending === 1)
    await opening.open('program')
    expect(keyStore.reads).toBe(2)
  })
})

test('after a lock, the waiting begins as gently as at the start', async () => {
  const { clock, keyStore, opening } = await setUp('absent')
  await opening.open('program')
  for (let round = 0; round < 5; round += 1) {
    const { reads } = keyStore
    await clock.advance(clock.next ?? 0)
    await waitUntil(() => keyStore.reads > reads && clock.pending === 1)
  }
  expect(clock.next).toBe(60_000)
  opening.suspend()
  expect(clock.pending).toBe(0)
  await opening.unlock()
  await waitUntil(() => clock.pending === 1)
  expect(clock.next).toBe(5_000)
})

describe('what cannot prompt', () => {
  test('is tried again by the timer, from 5 to 60 seconds', async () => {
    const { clock, keyStore, opening, outcomes } = await setUp('absent')
    await opening.open('program')
    const delays = []
    for (let round = 0; round < 6; round += 1) {
      delays.push(clock.next)
      const before = outcomes.length
      await clock.advance(clock.next ?? 0)
      await waitUntil(() => outcomes.length > before && clock.pending === 1)
    }
    expect(delays).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000])
    expect(keyStore.reads).toBe(7)
    keyStore.mood = 'open'
    await clock.advance(60_000)
    await waitUntil(() => outcomes.at(-1) === 'ready')
  })

  test('an unknown fault of the keychain may be a lock in another language, and is treated like one', async () => {
    const { clock, keyStore, opening } = await setUp('broken')
    keyStore.quietAnswer = false
    await opening.open('program')
    await clock.advance(5_000)
    await waitUntil(() => clock.pending === 1)
    expect(keyStore.reads).toBe(1)
  })
})

test('calls at the same time join, and nothing happens after the end', async () => {
  const { clock, keyStore, opening } = await setUp('locked')
  await Promise.all(Array.from({ length: 30 }, () => opening.open('program')))
  expect(keyStore.reads).toBe(1)
  opening.close()
  await opening.open('person')
  expect(keyStore.reads).toBe(1)
  expect(clock.pending).toBe(0)
})

async function waitUntil(condition: () => boolean): Promise<void> {
  const limit = Date.now() + 5_000
  while (!condition()) {
    if (Date.now() > limit) throw new Error('it did not happen')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
