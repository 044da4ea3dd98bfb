import { describe, expect, test } from 'vitest'
import { ClientDesk } from '../../src/core/index.ts'
import type { ApprovalDecision, BrokerError, Caller, ClientPolicy, ClientRuleRequest } from '../../src/protocol/index.ts'
import { ManualClock, settle } from '../support/manual-clock.ts'
import { deferred, minute, signedInBroker, TestRecords } from './doubles.ts'

const work = { id: 'acme-1', provider: 'acme' }
const play = { id: 'acme-2', provider: 'acme' }
const caller = (name: string, more: Partial<Caller> = {}): Caller => ({ name, proof: 'claimed', ...more })
const codex = caller('codex')

function openDesk(policy: Partial<ClientPolicy> = {}) {
  const clock = new ManualClock()
  const records = new TestRecords()
  records.policy = { ask: true, rules: [], ...policy }
  let changes = 0
  const isAccount = (id: string) => [work.id, play.id].includes(id)
  const desk = new ClientDesk({ clock, register: records, onChange: () => (changes += 1), isAccount })
  return { clock, records, desk, changes: () => changes, now: () => Math.floor(clock.now() / 1000) }
}

/** A request that waits, and how it ended: `allowed`, or the code of the error. */
function ask(desk: ClientDesk, who = codex, account = work) {
  const request = {}
  const asked = { request, ended: 'waiting', error: undefined as BrokerError | undefined }
  desk.admit(who, account, request)?.then(
    () => (asked.ended = 'allowed'),
    (error: BrokerError) => Object.assign(asked, { ended: error.code, error }),
  )
  return asked
}

/** Whether a request is let through at once, is refused at once with this code, or has to wait. */
function verdict(desk: ClientDesk, who = codex, account = work): string {
  try {
    const request = {}
    const admitted = desk.admit(who, account, request)
    admitted?.catch(() => {})
    desk.leave(request)
    return admitted === undefined ? 'allowed' : 'waits'
  } catch (error) {
    return (error as BrokerError).code
  }
}

const only = (desk: ClientDesk) => {
  expect(desk.pending()).toHaveLength(1)
  return desk.pending()[0]!
}

describe('a client without a rule', () => {
  test('passes while nobody has to ask, and waits otherwise', () => {
    expect(verdict(openDesk({ ask: false }).desk)).toBe('allowed')
    expect(verdict(openDesk({ ask: true }).desk)).toBe('waits')
  })

  test('waits for thirty seconds, is shown meanwhile, and hears then what to do', async () => {
    const { desk, clock, changes, now } = openDesk()
    const proven = caller('codex', { proof: 'proven', pid: 7, executable: '/usr/bin/codex' })
    const asked = ask(desk, proven)
    expect(only(desk)).toMatchObject({ caller: proven, account: 'acme-1', provider: 'acme', expires_at: now() + 30 })
    expect(desk.pending()).toBe(desk.pending())
    await clock.advance(29_999)
    expect(asked.ended).toBe('waiting')
    await clock.advance(1)
    expect(asked).toMatchObject({ ended: 'approval_required', error: { fix: expect.stringContaining('clients allow codex') } })
    expect(desk.pending()).toEqual([])
    expect(changes()).toBe(2)
    expect(clock.pending).toBe(0)
  })

  test('is let in once with everybody who waits under the same question, and asks again later', async () => {
    const { desk, records, clock } = openDesk()
    const [first, second] = [ask(desk), ask(desk)]
    const others = [ask(desk, codex, play), ask(desk, caller('claude')), ask(desk, caller('codex', { executable: '/tmp/codex' }))]
    const question = desk.pending()[0]!
    expect(desk.pending()).toHaveLength(4)
    expect(desk.decide(question.id, 'once')).toBe(question)
    await settle()
    expect([first.ended, second.ended]).toEqual(['allowed', 'allowed'])
    expect(others.map(({ ended }) => ended)).toEqual(['waiting', 'waiting', 'waiting'])
    expect(verdict(desk)).toBe('waits')
    expect(records.policy.rules).toEqual([])
    expect(clock.pending).toBe(3)
  })

  test.each<[ApprovalDecision, string, string]>([
    ['always', 'allowed', 'allowed'],
    ['deny', 'client_denied', 'client_denied'],
  ])('%s settles everything that it waits for, and what it asks later', async (decision, ended, later) => {
    const { desk, records, clock, now } = openDesk()
    const asked = [ask(desk), ask(desk, codex, play), ask(desk, caller('codex', { pid: 3 }))]
    const other = ask(desk, caller('claude'))
    desk.decide(desk.pending()[0]!.id, decision)
    await settle()
    expect(asked.map((each) => each.ended)).toEqual([ended, ended, ended])
    expect(other.ended).toBe('waiting')
    expect(verdict(desk)).toBe(later)
    expect(records.policy.rules).toEqual([
      { client: 'codex', decision: decision === 'deny' ? 'deny' : 'allow', decided_at: now() },
    ])
    expect(clock.pending).toBe(1)
  })

  test('passes when the person stops being asked', async () => {
    const { desk, records } = openDesk()
    const asked = ask(desk)
    expect(desk.setAsk(false)).toEqual({ ask: false, rules: [] })
    await settle()
    expect(asked.ended).toBe('allowed')
    expect(records.policy.ask).toBe(false)
    desk.setAsk(true)
    expect(verdict(desk)).toBe('waits')
  })
})

describe('a rule', () => {
  test('allows, denies, and is forgotten, whatever the case of the name', () => {
    const { desk, records } = openDesk()
    expect(desk.putRule('CodeX', { decision: 'allow' })).toMatchObject({ client: 'codex', decision: 'allow' })
    expect(verdict(desk)).toBe('allowed')
    expect(desk.putRule('CODEX', { decision: 'deny' })).toMatchObject({ client: 'codex', decision: 'deny' })
    expect(verdict(desk)).toBe('client_denied')
    expect(records.policy.rules).toHaveLength(1)
    expect(desk.removeRule('Codex')).toEqual({ ask: true, rules: [] })
    expect(verdict(desk)).toBe('waits')
    expect(() => desk.removeRule('codex')).toThrow(expect.objectContaining({ code: 'unknown_client' }))
  })

  test('denies although nobody has to ask', () => {
    const { desk } = openDesk({ ask: false, rules: [{ client: 'codex', decision: 'deny', decided_at: 1 }] })
    expect(verdict(desk)).toBe('client_denied')
    expect(verdict(desk, caller('claude'))).toBe('allowed')
  })

  test('for some accounts names the one that it refuses', () => {
    const { desk } = openDesk()
    desk.putRule('codex', { decision: 'allow', accounts: ['acme-1'] })
    expect(verdict(desk)).toBe('allowed')
    expect(() => desk.admit(codex, play, {})).toThrow(
      expect.objectContaining({
        code: 'client_denied',
        message: expect.stringContaining('acme-2'),
        fix: expect.stringContaining('--accounts acme-1,acme-2'),
      }),
    )
  })

  test('for an account that was signed out advises what can be said again', () => {
    const { desk } = openDesk()
    desk.putRule('codex', { decision: 'allow', accounts: ['acme-9', 'acme-1'] })
    expect(() => desk.admit(codex, play, {})).toThrow(
      expect.objectContaining({ fix: expect.stringContaining('--accounts acme-1,acme-2`') }),
    )
  })

  test('for some time ends on the second: unknown again when clients have to ask, refused when they have not', async () => {
    const { desk, clock, now } = openDesk()
    desk.putRule('codex', { decision: 'allow', until: now() + 60 })
    await clock.advance(59_999)
    expect(verdict(desk)).toBe('allowed')
    await clock.advance(1)
    expect(verdict(desk)).toBe('waits')
    desk.setAsk(false)
    expect(verdict(desk)).toBe('client_denied')
  })

  test('that has ended is replaced by a new answer, which keeps its limit to some accounts', async () => {
    const { desk, clock, records, now } = openDesk()
    desk.putRule('codex', { decision: 'allow', accounts: ['acme-2'], until: now() + 60 })
    await clock.advance(60_000)
    const asked = ask(desk)
    desk.decide(only(desk).id, 'always')
    await settle()
    expect(asked.ended).toBe('allowed')
    expect(records.policy.rules).toEqual([
      { client: 'codex', decision: 'allow', accounts: ['acme-2', 'acme-1'], decided_at: now() },
    ])
  })

  test.each(['allow', 'deny'] as const)('that comes while the client waits settles the wait: %s', async (decision) => {
    const { desk } = openDesk()
    const [here, there] = [ask(desk), ask(desk, codex, play)]
    desk.putRule('codex', decision === 'deny' ? { decision } : { decision, accounts: ['acme-1'] })
    await settle()
    expect([here.ended, there.ended]).toEqual([decision === 'deny' ? 'client_denied' : 'allowed', 'client_denied'])
    expect(desk.pending()).toEqual([])
  })

  test('that cannot be meant is refused', () => {
    const { desk, now, records } = openDesk()
    const rules: ClientRuleRequest[] = [
      { decision: 'deny', accounts: ['acme-1'] },
      { decision: 'deny', until: now() + 60 },
      { decision: 'allow', until: now() },
    ]
    for (const rule of rules) {
      expect(() => desk.putRule('codex', rule)).toThrow(expect.objectContaining({ code: 'invalid_request' }))
    }
    expect(records.policy.rules).toEqual([])
  })

  test('that cannot be written is in effect, and whoever made it hears of the fault', async () => {
    const { desk, records } = openDesk()
    const asked = ask(desk)
    records.write = () => {
      throw new Error('the disk is full')
    }
    expect(() => desk.decide(only(desk).id, 'deny')).toThrow('the disk is full')
    await settle()
    expect(asked.ended).toBe('client_denied')
    expect(verdict(desk)).toBe('client_denied')
  })
})

describe('who waits', () => {
  test('and goes away takes nobody along, and the last one withdraws the question', async () => {
    const { desk, clock } = openDesk()
    const [first, second] = [ask(desk), ask(desk)]
    const { id } = only(desk)
    desk.leave(first.request)
    desk.leave({})
    await settle()
    expect([first.ended, second.ended]).toEqual(['approval_required', 'waiting'])
    desk.leave(second.request)
    await settle()
    expect(second.ended).toBe('approval_required')
    expect(desk.pending()).toEqual([])
    expect(clock.pending).toBe(0)
    for (const decision of ['once', 'always', 'deny'] as const) {
      expect(() => desk.decide(id, decision)).toThrow(expect.objectContaining({ code: 'unknown_approval' }))
    }
  })

  test('is one of 32 at most, and the next hears when there may be room', async () => {
    const { desk, clock } = openDesk()
    const waiting = Array.from({ length: 32 }, (_, number) => ask(desk, caller(`client-${number}`)))
    await clock.advance(10_000)
    expect(() => desk.admit(codex, work, {})).toThrow(expect.objectContaining({ code: 'approval_required', retryAfter: 20 }))
    expect(ask(desk, caller('client-7')).ended).toBe('waiting')
    desk.decide(desk.pending()[7]!.id, 'once')
    await settle()
    expect(waiting[7]?.ended).toBe('allowed')
    expect(ask(desk).ended).toBe('waiting')
    expect(desk.pending()).toHaveLength(32)
  })

  test('is refused when the broker ends, and so is who comes then', async () => {
    const { desk, clock } = openDesk({ rules: [{ client: 'claude', decision: 'allow', decided_at: 1 }] })
    const asked = [ask(desk), ask(desk, codex, play)]
    desk.stop()
    await settle()
    expect(asked.map(({ ended }) => ended)).toEqual(['approval_required', 'approval_required'])
    expect(verdict(desk)).toBe('approval_required')
    expect(verdict(desk, caller('claude'))).toBe('allowed')
    expect([desk.pending(), clock.pending]).toEqual([[], 0])
  })
})

describe('through the broker', () => {
  async function askingBroker() {
    const bench = await signedInBroker()
    bench.broker.clients.setAsk(true)
    const outcomes = () => bench.records.entries.map(({ caller, outcome }) => `${caller.name} ${outcome}`)
    return { ...bench, outcomes }
  }

  test('a token waits for the decision, and each outcome is recorded', async () => {
    const { broker, outcomes, clock } = await askingBroker()
    const allowed = broker.handOut(codex, 'acme', {})
    await settle()
    const [question] = broker.snapshot().approvals
    expect(question).toMatchObject({ caller: codex, provider: 'acme' })
    expect(outcomes()).toEqual([])
    broker.clients.decide(question!.id, 'once')
    expect((await allowed).response.access_token).toBe('access-1')
    const forgotten = expect(broker.handOut(caller('claude'), 'acme', {})).rejects.toMatchObject({ code: 'approval_required' })
    await clock.advance(30_000)
    await forgotten
    broker.clients.putRule('pi', { decision: 'deny' })
    expect(() => broker.handOut(caller('pi'), 'acme', {})).toThrow(expect.objectContaining({ code: 'client_denied' }))
    expect(outcomes()).toEqual(['codex handed_out', 'claude unanswered', 'pi denied'])
    expect(broker.snapshot().approvals).toEqual([])
  })

  test('an allowed client costs no promise', async () => {
    const { broker } = await askingBroker()
    broker.clients.putRule('codex', { decision: 'allow' })
    expect(broker.handOut(codex, 'acme', {})).not.toBeInstanceOf(Promise)
  })

  test('the person is not asked about an account that is switched off, and may switch it off instead of answering', async () => {
    const { broker, outcomes } = await askingBroker()
    const waiting = broker.handOut(codex, 'acme', {})
    await settle()
    broker.accounts.change('acme', { disabled: true })
    broker.clients.decide(broker.snapshot().approvals[0]!.id, 'once')
    await expect(waiting).rejects.toMatchObject({ code: 'account_disabled' })
    expect(() => broker.handOut(codex, 'acme', {})).toThrow(expect.objectContaining({ code: 'account_disabled' }))
    await settle()
    expect(broker.snapshot().approvals).toEqual([])
    expect(outcomes()).toEqual([])
  })

  test('a client that is denied while it waits for a refresh gets nothing, and that is recorded', async () => {
    const { broker, client, clock, records } = await signedInBroker({ refreshAhead: false })
    const answer = deferred<ReturnType<typeof client.refreshed>>()
    client.answer = () => answer.promise
    clock.jump(61 * minute)
    const waiting = broker.handOut(codex, 'acme', {})
    await settle()
    broker.clients.putRule('codex', { decision: 'deny' })
    answer.resolve(client.refreshed())
    await expect(waiting).rejects.toMatchObject({ code: 'client_denied' })
    expect(records.entries.map(({ outcome }) => outcome)).toEqual(['denied'])
  })

  test('who goes away is recorded, and the question is withdrawn', async () => {
    const { broker, outcomes } = await askingBroker()
    const request = {}
    const waiting = broker.handOut(codex, 'acme', request)
    broker.clients.leave(request)
    await expect(waiting).rejects.toMatchObject({ code: 'approval_required' })
    await settle()
    expect(broker.snapshot().approvals).toEqual([])
    expect(outcomes()).toEqual(['codex unanswered'])
  })
})

test('a change of the policy is told, so that whoever shows it looks again', () => {
  const { desk, changes } = openDesk({ ask: false })
  for (const change of [
    () => desk.setAsk(true),
    () => desk.putRule('codex', { decision: 'allow' }),
    () => desk.removeRule('codex'),
  ]) {
    const before = changes()
    change()
    expect(changes()).toBeGreaterThan(before)
  }
})
