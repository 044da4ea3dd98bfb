import { expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import type { Problem } from '../../src/ipc/channels.ts'
import { HostLink } from '../../src/main/host-link.ts'
import { setupLoginOutcomes } from '../../src/main/login-outcomes.ts'
import type { LoginStatus } from '../../src/protocol/index.ts'
import { codex, inBrowser, signedOut, snapshotOf } from '../renderer/support/snapshots.ts'
import { FakeHost } from './support/fake-host.ts'

async function endedWith(status: LoginStatus, own = true): Promise<{ told: [Problem, string][]; asked: number }> {
  const host = new FakeHost(snapshotOf([codex(inBrowser)]))
  host.answers.set('login_status', () => status)
  const link = new HostLink(() => Promise.resolve(host), systemClock)
  const told: [Problem, string][] = []
  setupLoginOutcomes(link, new Map(own ? [['login-1', 'openai-codex']] : []), (problem, account) => told.push([problem, account]))
  await link.start()
  expect(host.asked).toEqual([])
  host.show(snapshotOf([codex(signedOut)]))
  host.show(snapshotOf([codex(signedOut)], { sequence: 2 }))
  await new Promise((resolve) => setImmediate(resolve))
  return { told, asked: host.asked.length }
}

const failed = (code: string): LoginStatus => ({
  id: 'login-1',
  provider: 'openai-codex',
  status: 'failed',
  error: { code, description: 'The access was not allowed.' },
})

test('a failed login is told once, at its row, with what to do', async () => {
  expect(await endedWith(failed('access_denied'))).toEqual({
    told: [
      [
        { code: 'access_denied', description: 'The access was not allowed.', fix: 'Sign in again and allow the access.' },
        'openai-codex',
      ],
    ],
    asked: 1,
  })
})

test('an unknown code of a newer broker is still told', async () => {
  const { told } = await endedWith(failed('something_new'))
  expect(told[0]?.[0].code).toBe('login_failed')
})

test('a login that another program cancelled is told, too', async () => {
  const { told } = await endedWith(failed('login_cancelled'))
  expect(told[0]?.[0].code).toBe('login_cancelled')
})

test('a login that went well is seen in the row and not told', async () => {
  const completed = { id: 'login-1', provider: 'openai-codex', status: 'completed', account: 'a' } as const
  expect((await endedWith(completed)).told).toEqual([])
})

test('a login of another program is its own to tell', async () => {
  expect(await endedWith(failed('access_denied'), false)).toEqual({ told: [], asked: 0 })
})
