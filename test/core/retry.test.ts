import { describe, expect, test } from 'vitest'
import { Retry } from '../../src/core/retry.ts'

const minute = 60_000

describe('a retry', () => {
  test('waits longer each time, up to five minutes', () => {
    const retry = new Retry(() => 1)
    const waits = Array.from({ length: 12 }, () => retry.failed(0) / 1_000)
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300])
  })

  test('keeps the wish of the server within a second and five minutes', () => {
    const retry = new Retry(() => 0)
    expect([0, 7, 86_400].map((wish) => retry.failed(0, wish))).toEqual([1_000, 7_000, 300_000])
  })

  test('that was reckoned by a clock that has been set back is due', () => {
    const retry = new Retry(() => 1)
    retry.failed(100 * minute, 300)
    expect(retry.at(100 * minute)).toBe(105 * minute)
    expect(retry.mayTry(104 * minute)).toBe(false)
    expect(retry.at(20 * minute)).toBe(20 * minute)
    expect(retry.mayTry(20 * minute)).toBe(true)
  })

  test('that never left may be asked for after two seconds, and one that the server saw may not', () => {
    const retry = new Retry(() => 1)
    for (let failed = 0; failed < 8; failed += 1) retry.failed(0, undefined, true)
    expect([1_999, 2_000].map((now) => retry.mayTry(now))).toEqual([false, true])
    retry.failed(0)
    expect(retry.mayTry(2_000)).toBe(false)
  })
})
