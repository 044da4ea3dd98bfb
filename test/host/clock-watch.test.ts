import { expect, test } from 'vitest'
import { isElsewhere, watchClock } from '../../src/host/clock-watch.ts'
import type { HttpAnswer, Transport } from '../../src/oauth/index.ts'
import { ManualClock } from '../support/manual-clock.ts'

const request = { url: 'https://id.example/token', method: 'POST', headers: {} } as const

/** A server that takes `takes` seconds, and whose clock is behind the one here by `ahead` seconds. */
async function readingOf({
  ahead = 0,
  takes = 0,
  headers = {},
}: {
  ahead?: number
  takes?: number
  headers?: Record<string, string>
}) {
  const clock = new ManualClock()
  const server: Transport = async () => {
    await clock.advance(takes * 500)
    const date = new Date(clock.now() - ahead * 1000).toUTCString()
    await clock.advance(takes * 500)
    return { status: 200, text: '', header: (name) => ({ date, ...headers })[name] } satisfies HttpAnswer
  }
  const watch = watchClock(server, clock, isElsewhere)
  await watch.transport(request)
  return watch.reading()
}

test.each([
  ['a clock that is right', { ahead: 0 }, 0],
  ['a clock that is right, and an answer that took long', { takes: 20 }, 0],
  ['a clock that is ahead', { ahead: 3_600 }, 3_600],
  ['a clock that is behind', { ahead: -3_600 }, -3_600],
])('%s', async (_, facts, ahead) => {
  const reading = await readingOf(facts)
  expect(reading?.host).toBe('id.example')
  // The date of an answer has no fractions.
  expect(Math.abs((reading?.ahead ?? Number.NaN) - ahead)).toBeLessThanOrEqual(1)
})

test('an answer that took long is never taken for a wrong clock, and hides no more than it took', async () => {
  const reading = await readingOf({ ahead: 100, takes: 20 })
  expect(reading?.ahead).toBeGreaterThanOrEqual(88)
  expect(reading?.ahead).toBeLessThanOrEqual(100)
})

test.each([
  ['no date', { date: '' }],
  ['a date that is none', { date: 'yesterday' }],
  ['the date of a kept answer', { age: '7200' }],
])('%s tells nothing', async (_, headers) => {
  expect(await readingOf({ ahead: 3_600, headers })).toBeUndefined()
})

test('a server on this computer tells nothing, and a failure is passed on', async () => {
  for (const host of ['localhost', '127.0.0.1:8080', '127.1.2.3', '[::1]:1']) {
    expect(isElsewhere(new URL(`http://${host}/`)), host).toBe(false)
  }
  expect(isElsewhere(new URL('https://127.0.0.1.example/'))).toBe(true)
  const fault = new Error('no network')
  const watch = watchClock(() => Promise.reject(fault), new ManualClock(), isElsewhere)
  await expect(watch.transport(request)).rejects.toBe(fault)
  expect(watch.reading()).toBeUndefined()
})
