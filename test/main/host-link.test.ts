import { expect, test } from 'vitest'
import type { Clock } from '../../src/core/clock.ts'
import { HostLink } from '../../src/main/host-link.ts'
import { BrokerError } from '../../src/protocol/index.ts'
import { codex, signedOut, snapshotOf } from '../renderer/support/snapshots.ts'
import { FakeHost } from './support/fake-host.ts'

/** A clock whose one timer is run by the test. */
class HandClock implements Clock {
  time = 0
  pending: { readonly delay: number; readonly run: () => void } | undefined

  now(): number {
    return this.time
  }

  after(delay: number, run: () => void): () => void {
    this.pending = { delay, run }
    return () => {
      this.pending = undefined
    }
  }

  async fire(): Promise<void> {
    const { pending } = this
    this.pending = undefined
    pending?.run()
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const empty = snapshotOf([])

test('a host that started is the source of the snapshot and answers', async () => {
  const host = new FakeHost(empty)
  host.answers.set('sign_out', () => ({ revoked: true }))
  const link = new HostLink(() => Promise.resolve(host), new HandClock())
  let changes = 0
  link.onChange(() => changes++)
  expect(link.snapshot()).toBeUndefined()
  await link.start()
  expect(link.snapshot()).toBe(empty)
  const next = snapshotOf([codex(signedOut)])
  host.show(next)
  expect(link.snapshot()).toBe(next)
  expect(changes).toBe(2)
  expect(await link.ask('sign_out', { id: 'x' })).toEqual({ revoked: true })
  await link.wake('program')
  expect(host.asked.at(-1)).toEqual({ name: 'wake', value: { asker: 'program' } })
})

test('before the host is there, a question is refused with words', async () => {
  const link = new HostLink(() => new Promise(() => {}), new HandClock())
  await expect(link.ask('sign_out', { id: 'x' })).rejects.toMatchObject({ code: 'temporarily_unavailable' })
})

test('a first start that fails rejects and says why', async () => {
  const link = new HostLink(() => Promise.reject(new BrokerError('already_running', 'The daemon 42 holds it.')), new HandClock())
  await expect(link.start()).rejects.toMatchObject({ code: 'already_running' })
  expect(link.problem()).toMatchObject({ code: 'already_running', description: 'The daemon 42 holds it.' })
})

test('a host that ends by itself is started again, ever later while it keeps ending', async () => {
  const clock = new HandClock()
  const hosts: FakeHost[] = []
  const link = new HostLink(() => {
    const host = new FakeHost(empty)
    hosts.push(host)
    return Promise.resolve(host)
  }, clock)
  await link.start()
  const delays: (number | undefined)[] = []
  for (let round = 0; round < 5; round++) {
    hosts.at(-1)?.end('it ended with code 1')
    expect(link.snapshot()).toBeUndefined()
    expect(link.problem()?.description).toBe('it ended with code 1')
    delays.push(clock.pending?.delay)
    await clock.fire()
    expect(link.snapshot()).toBe(empty)
    expect(link.problem()).toBeUndefined()
  }
  expect(delays).toEqual([500, 2_000, 10_000, 60_000, 60_000])
  clock.time += 300_000
  hosts.at(-1)?.end('again')
  expect(clock.pending?.delay).toBe(500)
})

test('a restart that fails is tried again, and at once when the person asks', async () => {
  const clock = new HandClock()
  const first = new FakeHost(empty)
  let works = true
  const link = new HostLink(
    () => (works ? Promise.resolve(first) : Promise.reject(new BrokerError('socket_unusable', 'No.'))),
    clock,
  )
  await link.start()
  works = false
  first.end('gone')
  await clock.fire()
  expect(link.problem()?.code).toBe('socket_unusable')
  expect(clock.pending?.delay).toBe(2_000)
  works = true
  await link.wake('person')
  expect(link.snapshot()).toBe(empty)
  expect(clock.pending).toBeUndefined()
})

test('a start that the person asked for and that fails does not end the tries', async () => {
  const clock = new HandClock()
  const first = new FakeHost(empty)
  let works = true
  const link = new HostLink(
    () => (works ? Promise.resolve(first) : Promise.reject(new BrokerError('socket_unusable', 'No.'))),
    clock,
  )
  await link.start()
  works = false
  first.end('gone')
  for (const asker of ['person', 'program'] as const) {
    await link.wake(asker)
    expect(link.snapshot()).toBeUndefined()
    expect(clock.pending).toBeDefined()
  }
  works = true
  await clock.fire()
  expect(link.snapshot()).toBe(empty)
})

test('nothing starts a host once the link was stopped', async () => {
  const clock = new HandClock()
  const first = new FakeHost(empty)
  let starts = 0
  const link = new HostLink(() => {
    starts += 1
    return Promise.resolve(first)
  }, clock)
  await link.start()
  first.end('gone')
  await link.stop()
  await link.wake('person')
  expect([starts, clock.pending]).toEqual([1, undefined])
})

test('a stopped link lets the host end and starts no other one', async () => {
  const clock = new HandClock()
  const host = new FakeHost(empty)
  const link = new HostLink(() => Promise.resolve(host), clock)
  await link.start()
  const stopped = link.stop()
  host.end('told to')
  expect(await stopped).toBe('held')
  expect(host.stops).toBe(1)
  expect(clock.pending).toBeUndefined()
})
