import { expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import type { Intent } from '../../src/ipc/channels.ts'
import { HostLink } from '../../src/main/host-link.ts'
import { setupLoginOutcomes } from '../../src/main/login-outcomes.ts'
import type { LoginStatus } from '../../src/protocol/index.ts'
import { active, ana, codex, inBrowser, otherPerson, signedOut, snapshotOf } from '../renderer/support/snapshots.ts'
import { FakeHost } from './support/fake-host.ts'

async function following(own: readonly [string, string][], first = snapshotOf([codex(inBrowser)])) {
  const host = new FakeHost(first)
  const link = new HostLink(() => Promise.resolve(host), systemClock)
  const told: Intent[] = []
  let undecided = 0
  setupLoginOutcomes(link, new Map(own.map(([id, account]) => [id, { account, race: account }])), {
    ended: (intent) => told.push(intent),
    undecided: () => {
      undecided += 1
    },
  })
  await link.start()
  expect(host.asked).toEqual([])
  return { host, told, undecided: () => undecided }
}

async function endedWith(status: LoginStatus, own = true): Promise<{ told: Intent[]; asked: number }> {
  const { host, told } = await following(own ? [['login-1', 'openai-codex']] : [])
  host.answers.set('login_status', () => status)
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

const codeOf = ([first]: Intent[]) => (first?.kind === 'problem' ? first.problem.code : undefined)

test('a failed login is told once, at its row, with what to do', async () => {
  expect(await endedWith(failed('access_denied'))).toEqual({
    told: [
      {
        kind: 'problem',
        problem: {
          code: 'access_denied',
          description: 'The access was not allowed.',
          fix: 'Sign in again and allow the access.',
        },
        account: 'openai-codex',
      },
    ],
    asked: 1,
  })
})

test('an unknown code of a newer broker is still told', async () => {
  expect(codeOf((await endedWith(failed('something_new'))).told)).toBe('login_failed')
})

test('a login that another program cancelled is told, too', async () => {
  expect(codeOf((await endedWith(failed('login_cancelled'))).told)).toBe('login_cancelled')
})

test('a login that went well is told at the account that has it now, with who signed in', async () => {
  const completed = { id: 'login-1', provider: 'openai-codex', status: 'completed', account: 'a', ...ana } as const
  expect((await endedWith(completed)).told).toEqual([{ kind: 'signed_in', account: 'a', ...ana }])
})

test('a login of another program is its own to tell', async () => {
  expect(await endedWith(failed('access_denied'), false)).toEqual({ told: [], asked: 0 })
})

test('a login of somebody else calls for the person once, and only where it was started here', async () => {
  const { undecided: _nobody, ...before } = otherPerson
  const begun = snapshotOf([codex(active, ana)], { logins: [before] })
  const waiting = snapshotOf([codex(active, ana)], { logins: [otherPerson] })
  const own = await following([[otherPerson.id, 'openai-codex-1a2b3c4d']], begun)
  own.host.show(waiting)
  own.host.show({ ...waiting, sequence: 2 })
  expect(own.undecided()).toBe(1)
  expect(own.host.asked).toEqual([])
  const other = await following([], begun)
  other.host.show(waiting)
  expect(other.undecided()).toBe(0)
})

const still = (id: string) => ({ id, provider: 'x', prompt: { kind: 'browser' as const, redirect_port: 1455 }, expires_at: 1 })

test('the first of several ways to an account that goes well ends the others, and no other login', async () => {
  const { host } = await following(
    [
      ['login-1', 'openai-codex'],
      ['login-2', 'openai-codex'],
      ['login-3', 'practice'],
    ],
    snapshotOf([], { logins: ['login-1', 'login-2', 'login-3'].map(still) }),
  )
  host.answers.set('login_status', () => ({
    id: 'login-1',
    provider: 'openai-codex',
    status: 'completed',
    account: 'openai-codex-1',
  }))
  host.answers.set('cancel_login', ({ id }: { id: string }) => ({ ...failed('cancelled'), id }))
  host.show(snapshotOf([codex(active, ana)], { logins: ['login-2', 'login-3'].map(still) }))
  await new Promise((resolve) => setImmediate(resolve))
  expect(host.asked.filter(({ name }) => name === 'cancel_login')).toEqual([{ name: 'cancel_login', value: { id: 'login-2' } }])
})

test('a way that failed leaves the others as they are', async () => {
  const { host } = await following(
    [
      ['login-1', 'openai-codex'],
      ['login-2', 'openai-codex'],
    ],
    snapshotOf([], { logins: ['login-1', 'login-2'].map(still) }),
  )
  host.answers.set('login_status', () => failed('access_denied'))
  host.show(snapshotOf([codex(signedOut)], { logins: [still('login-2')] }))
  await new Promise((resolve) => setImmediate(resolve))
  expect(host.asked.map(({ name }) => name)).toEqual(['login_status'])
})
