import { describe, expect, test } from 'vitest'
import { HostLink } from '../../src/main/host-link.ts'
import { UsageWatch } from '../../src/main/usage-watch.ts'
import { type AccountUsage, BrokerError } from '../../src/protocol/index.ts'
import { deferred } from '../core/doubles.ts'
import { active, codex, practice, signedOut, snapshotOf } from '../renderer/support/snapshots.ts'
import { ManualClock, settle } from '../support/manual-clock.ts'
import { FakeHost } from './support/fake-host.ts'

const minute = 60_000
const own = codex(active)
const figures = (percent: number, account = own.id): AccountUsage => ({
  account,
  provider: 'openai-codex',
  windows: [{ name: 'week', used_percent: percent }],
  stale: false,
})

/** A watch beside a host with one account whose provider tells usage. */
async function watching(snapshot = snapshotOf([own])) {
  const clock = new ManualClock()
  const broker = { usage: [figures(10)] as AccountUsage[], lastHandOut: undefined as number | undefined }
  const hosts: FakeHost[] = []
  const link = new HostLink(async () => {
    const host = new FakeHost(snapshot)
    host.answers.set('usage', () => broker.usage)
    host.answers.set('last_hand_out', () => broker.lastHandOut)
    host.answers.set('providers', () => ({
      providers: [
        { id: 'openai-codex', usage: true },
        { id: 'practice', usage: false },
      ],
    }))
    hosts.push(host)
    return host
  }, clock)
  const watch = new UsageWatch(link, clock)
  const told: (readonly AccountUsage[])[] = []
  watch.onChange((usage) => told.push(usage))
  const asked = (name: string) => hosts.flatMap((host) => host.asked).filter((each) => each.name === name).length
  const handOut = () => {
    broker.lastHandOut = Math.floor(clock.now() / 1000)
  }
  return { clock, broker, hosts, link, watch, told, asked, handOut }
}

describe('somebody who looks', () => {
  test('gets new figures, and whoever listens is told of those that are other ones', async () => {
    const { link, watch, told, broker } = await watching()
    await link.start()
    await watch.look()
    expect(watch.current()).toEqual([figures(10)])
    await watch.look()
    expect(told).toEqual([[figures(10)]])
    broker.usage = [figures(20)]
    await watch.look()
    expect(told).toEqual([[figures(10)], [figures(20)]])
  })

  test('joins a question under way', async () => {
    const { link, watch, hosts, asked } = await watching()
    await link.start()
    const answer = deferred<AccountUsage[]>()
    hosts[0]?.answers.set('usage', () => answer.promise)
    const looks = [watch.look(), watch.look(), watch.look()]
    answer.resolve([figures(30)])
    await Promise.all(looks)
    expect(asked('usage')).toBe(1)
    await watch.look()
    expect(asked('usage')).toBe(2)
  })

  test('keeps the present figures when there is no answer, and without a host nobody is asked', async () => {
    const { link, watch, hosts, asked } = await watching()
    await watch.look()
    expect(asked('usage')).toBe(0)
    await link.start()
    await watch.look()
    hosts[0]?.answers.set('usage', () => Promise.reject(new BrokerError('temporarily_unavailable', 'No.')))
    await watch.look()
    expect(watch.current()).toEqual([figures(10)])
    hosts[0]?.end('gone')
    await watch.look()
    expect([watch.current(), asked('usage')]).toEqual([[figures(10)], 2])
  })
})

describe('by itself', () => {
  test('nothing is asked of a provider while no tool gets a token', async () => {
    const { link, clock, asked, watch } = await watching()
    await link.start()
    await clock.advance(60 * minute)
    expect([asked('usage'), asked('providers'), watch.current()]).toEqual([0, 0, []])
    expect(asked('last_hand_out')).toBe(12)
  })

  test('figures are asked for every five minutes while tools get tokens, and once after the last one', async () => {
    const { link, clock, asked, handOut } = await watching()
    await link.start()
    for (let round = 0; round < 3; round += 1) {
      handOut()
      await clock.advance(5 * minute)
    }
    expect(asked('usage')).toBe(3)
    await clock.advance(60 * minute)
    expect(asked('usage')).toBe(3)
    expect(asked('providers')).toBe(1)
  })

  test('a look of the person counts, and a token of the same second is not missed', async () => {
    const { link, clock, asked, watch, handOut } = await watching()
    await link.start()
    await clock.advance(4 * minute)
    handOut()
    await clock.advance(1_000)
    await watch.look()
    await clock.advance(5 * minute)
    expect(asked('usage')).toBe(1)
    await watch.look()
    handOut()
    await clock.advance(5 * minute)
    expect(asked('usage')).toBe(3)
  })

  test('a question that failed is asked again', async () => {
    const { link, clock, hosts, asked, handOut } = await watching()
    await link.start()
    hosts[0]?.answers.set('usage', () => Promise.reject(new BrokerError('temporarily_unavailable', 'No.')))
    handOut()
    await clock.advance(15 * minute)
    expect(asked('usage')).toBe(3)
    hosts[0]?.answers.set('last_hand_out', () => Promise.reject(new BrokerError('internal_error', 'No.')))
    await clock.advance(15 * minute)
    expect(asked('usage')).toBe(3)
  })

  test('a clock that was set back does not end it', async () => {
    const { link, clock, asked, watch, handOut } = await watching()
    await link.start()
    await watch.look()
    clock.jump(-24 * 60 * minute)
    handOut()
    await clock.advance(5 * minute)
    expect(asked('usage')).toBe(2)
  })

  test('no provider that tells nothing is asked', async () => {
    const { link, clock, asked, handOut } = await watching(snapshotOf([practice(active), codex(signedOut)]))
    await link.start()
    handOut()
    await clock.advance(10 * minute)
    expect(asked('usage')).toBe(0)
  })

  test('no timer runs without an account or without a host, and one runs however often the snapshot changes', async () => {
    const { link, clock, hosts } = await watching(snapshotOf([codex(signedOut)]))
    await link.start()
    expect(clock.pending).toBe(0)
    for (let sequence = 2; sequence < 9; sequence += 1) hosts[0]?.show(snapshotOf([own], { sequence }))
    expect(clock.pending).toBe(1)
    hosts[0]?.end('gone')
    // The one that is left starts the host again.
    expect([clock.pending, clock.next]).toEqual([1, 500])
  })

  test('accounts that come and go while it is asked leave one timer', async () => {
    const { link, clock, hosts, handOut } = await watching()
    await link.start()
    const answer = deferred<undefined>()
    hosts[0]?.answers.set('last_hand_out', () => answer.promise)
    handOut()
    await clock.advance(5 * minute)
    hosts[0]?.show(snapshotOf([codex(signedOut)], { sequence: 2 }))
    hosts[0]?.show(snapshotOf([own], { sequence: 3 }))
    answer.resolve(undefined)
    await settle()
    expect(clock.pending).toBe(1)
  })

  test('a host that was started again is asked anew, and the figures stay meanwhile', async () => {
    const { link, clock, hosts, watch, asked, handOut } = await watching()
    await link.start()
    handOut()
    await clock.advance(5 * minute)
    hosts[0]?.end('it ended with code 1')
    expect(watch.current()).toEqual([figures(10)])
    await clock.advance(1_000)
    expect(hosts).toHaveLength(2)
    handOut()
    await clock.advance(5 * minute)
    expect([asked('usage'), asked('providers')]).toEqual([2, 2])
  })
})

describe('an account that is gone', () => {
  test('is forgotten with the next snapshot', async () => {
    const { link, hosts, watch, told } = await watching()
    await link.start()
    await watch.look()
    hosts[0]?.show(snapshotOf([codex(signedOut)], { sequence: 2 }))
    expect(watch.current()).toEqual([])
    expect(told.at(-1)).toEqual([])
  })

  test('does not come back with an answer that was under way', async () => {
    const { link, hosts, watch } = await watching()
    await link.start()
    const answer = deferred<AccountUsage[]>()
    hosts[0]?.answers.set('usage', () => answer.promise)
    const look = watch.look()
    hosts[0]?.show(snapshotOf([codex(signedOut)], { sequence: 2 }))
    answer.resolve([figures(30), figures(40, 'openai-codex-other')])
    await look
    expect(watch.current()).toEqual([])
  })
})
