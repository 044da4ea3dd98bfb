import { expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { HostLink } from '../../src/main/host-link.ts'
import { SwitchBoard } from '../../src/main/switch-board.ts'
import { BrokerError } from '../../src/protocol/index.ts'
import { snapshotOf } from '../renderer/support/snapshots.ts'
import { settle } from '../support/manual-clock.ts'
import { FakeHost } from './support/fake-host.ts'

/** A board beside a host with a policy and an app with a kept setting. */
async function board(kept: boolean, follow: (on: boolean) => Promise<void> = async () => {}) {
  const policy = { ask: false }
  const host = new FakeHost(snapshotOf([]))
  host.answers.set('policy', () => ({ ask: policy.ask, rules: [] }))
  host.answers.set('set_ask', ({ ask }: { ask: boolean }) => {
    policy.ask = ask
    return { ask, rules: [] }
  })
  const link = new HostLink(async () => host, systemClock)
  const app = { kept, follows: [] as boolean[], changes: 0 }
  const switches = new SwitchBoard(
    link,
    {
      read: async () => app.kept,
      write: async (on) => {
        app.kept = on
      },
      follow: async (on) => {
        app.follows.push(on)
        await follow(on)
      },
    },
    () => {
      app.changes += 1
    },
  )
  return { policy, host, link, app, switches }
}

test('nothing is known before the broker and the settings have answered', async () => {
  const { switches, link } = await board(false)
  expect(switches.current()).toEqual({})
  await switches.start()
  expect(switches.current()).toEqual({ lockWithScreen: false })
  await link.start()
  await settle()
  expect(switches.current()).toEqual({ askFirst: false, lockWithScreen: false })
})

test('the screen is followed from the start when that is kept, and only then', async () => {
  const on = await board(true)
  await on.switches.start()
  expect(on.app.follows).toEqual([true])
  const off = await board(false)
  await off.switches.start()
  expect(off.app.follows).toEqual([])
})

test('a switch of the app is acted on and kept', async () => {
  const { switches, app } = await board(false)
  await switches.start()
  await switches.set('lockWithScreen', true)
  expect([app.kept, app.follows, switches.current().lockWithScreen]).toEqual([true, [true], true])
  await switches.set('lockWithScreen', false)
  expect([app.kept, app.follows, switches.current().lockWithScreen]).toEqual([false, [true, false], false])
})

test('a screen that cannot be followed leaves the switch off, and the menu is told because its tick has moved', async () => {
  const { switches, app } = await board(false, () => Promise.reject(new BrokerError('not_found', 'Nothing tells.')))
  await switches.start()
  const before = app.changes
  await expect(switches.set('lockWithScreen', true)).rejects.toMatchObject({ code: 'not_found' })
  expect([app.kept, switches.current().lockWithScreen]).toEqual([false, false])
  expect(app.changes).toBeGreaterThan(before)
})

test('the switch of the broker is its policy, also when a command changes that', async () => {
  const { switches, link, host, policy } = await board(false)
  await link.start()
  await settle()
  await switches.set('askFirst', true)
  expect([policy.ask, switches.current().askFirst]).toEqual([true, true])
  policy.ask = false
  host.show(snapshotOf([], { sequence: 2 }))
  await settle()
  expect(switches.current().askFirst).toBe(false)
})

test('changes while the policy is asked for share one more question', async () => {
  const { switches, link, host } = await board(false)
  await link.start()
  await settle()
  const before = host.asked.length
  for (let sequence = 2; sequence < 12; sequence += 1) host.show(snapshotOf([], { sequence }))
  await settle()
  expect(host.asked.length - before).toBe(2)
  expect(switches.current().askFirst).toBe(false)
})
