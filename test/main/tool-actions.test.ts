import { expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { HostLink } from '../../src/main/host-link.ts'
import { ToolActions } from '../../src/main/tool-actions.ts'
import { BrokerError } from '../../src/protocol/index.ts'
import { snapshotOf } from '../renderer/support/snapshots.ts'
import { FakeHost } from './support/fake-host.ts'

async function setup() {
  const host = new FakeHost(snapshotOf([]))
  const link = new HostLink(async () => host, systemClock)
  await link.start()
  const actions = new ToolActions(link, () => Promise.reject(new Error('No tool is asked about.')))
  return { host, actions }
}

test('the rules are those of the broker, and the ones that are left after one was forgotten', async () => {
  const { host, actions } = await setup()
  const [codex, pi] = ['codex', 'pi'].map((client) => ({ client, decision: 'allow', decided_at: 1 }))
  host.answers.set('policy', () => ({ ask: true, rules: [codex, pi] }))
  host.answers.set('remove_rule', () => ({ ask: true, rules: [pi] }))
  expect(await actions.rules()).toEqual([codex, pi])
  expect(await actions.removeRule('codex')).toEqual([pi])
  expect(host.asked.at(-1)).toEqual({ name: 'remove_rule', value: { client: 'codex' } })
  host.answers.set('remove_rule', () => Promise.reject(new BrokerError('unknown_client', 'No.')))
  await expect(actions.removeRule('codex')).rejects.toMatchObject({ code: 'unknown_client' })
})

test('a share is told without its socket, and so are those that are left', async () => {
  const { host, actions } = await setup()
  const share = { id: '1', name: 'ssh-far', accounts: ['practice-1'], expires_at: 5 }
  host.answers.set('shares', () => [{ ...share, socket: '/run/s.sock' }])
  host.answers.set('end_share', () => [{ ...share, id: '2', socket: '/run/t.sock' }])
  expect(await actions.shares()).toEqual([share])
  expect(await actions.endShare('1')).toEqual([{ ...share, id: '2' }])
  expect(host.asked.at(-1)).toEqual({ name: 'end_share', value: { id: '1' } })
})

test('the activity is as much of the ledger as can be looked through', async () => {
  const { host, actions } = await setup()
  host.answers.set('ledger', () => ['entry'])
  expect(await actions.activity()).toEqual(['entry'])
  expect(host.asked).toEqual([{ name: 'ledger', value: { limit: 200 } }])
})
