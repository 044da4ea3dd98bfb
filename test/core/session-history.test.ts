import { expect, test } from 'vitest'
import type { RefreshOutcome } from '../../src/core/index.ts'
import { Secret, tellVaultHistory } from '../../src/core/index.ts'
import { BrokerError, type HistoryEntry } from '../../src/protocol/index.ts'
import { ManualClock, settle } from '../support/manual-clock.ts'
import { deferred, handOut, minute, signedInBroker, TestVault } from './doubles.ts'

const events = (past: readonly HistoryEntry[]) => past.map(({ event }) => event)
/** What an entry says beside whose it is, and when. */
const said = (past: readonly HistoryEntry[]) =>
  past.map(({ at: _, ...entry }) => {
    const { provider: __, account: ___, label: ____, ...rest } = { provider: '', account: '', label: '', ...entry }
    return rest
  })

const network: RefreshOutcome = {
  kind: 'transient',
  unused: true,
  error: { code: 'network', description: 'There is no connection.' },
}
const ended: RefreshOutcome = {
  kind: 'terminal',
  error: { code: 'invalid_grant', description: 'used' },
  cause: 'used_elsewhere',
}

test('each refresh is told once, with what it was for, whoever else waited for it', async () => {
  const { broker, client, clock, past, account } = await signedInBroker()
  const at = Math.floor(clock.now() / 1000)
  expect(past).toEqual([{ at, provider: 'acme', account, event: 'signed_in', way: 'login' }])
  await clock.advance(50 * minute)
  const codex = { name: 'codex', proof: 'claimed' } as const
  const pi = { name: 'pi', proof: 'claimed' } as const
  clock.jump(58 * minute)
  await Promise.all([broker.handOut(codex, 'acme', {}), broker.handOut(pi, 'acme', {})])
  const rejected = new Secret((await handOut(broker, 'acme')).access_token).fingerprint()
  await broker.handOut(pi, 'acme', { rejected })
  // Of a token that is refused no longer, and for somebody who asks once more.
  await broker.handOut(codex, 'acme', { rejected })
  await clock.advance(minute)
  await broker.accounts.refresh(account)
  await broker.accounts.refresh(account)
  expect(said(past)).toEqual([
    { event: 'signed_in', way: 'login' },
    { event: 'refreshed', need: 'schedule' },
    { event: 'refreshed', need: 'client', client: 'codex' },
    { event: 'refreshed', need: 'rejected', client: 'pi' },
    { event: 'refreshed', need: 'person' },
  ])
  expect(past.map(({ at: when }) => when)).toEqual([...past.map(({ at: when }) => when)].sort((a, b) => a - b))
  expect(client.sent).toHaveLength(4)
  // P1
  expect(JSON.stringify(past)).not.toMatch(/access-|refresh-\d/)
})

test('a night without a network is two lines, and another fault in it is one more', async () => {
  const { client, clock, past } = await signedInBroker()
  client.answer = () => network
  await clock.advance(4 * 60 * minute)
  client.answer = () => ({ kind: 'transient', error: { code: 'server_error', description: 'It says 500.' } })
  await clock.advance(60 * minute)
  const failures = client.sent.length
  expect(failures).toBeGreaterThan(40)
  client.answer = () => client.refreshed()
  await clock.advance(6 * minute)
  expect(said(past)).toEqual([
    { event: 'signed_in', way: 'login' },
    { event: 'refresh_failed', need: 'schedule', error: { code: 'network', description: 'There is no connection.' } },
    { event: 'refresh_failed', need: 'schedule', error: { code: 'server_error', description: 'It says 500.' } },
    { event: 'refreshed', need: 'schedule', failures },
  ])
})

test('an end is told when it comes, and neither with the next start nor with the next request', async () => {
  const { broker, client, clock, past, restart } = await signedInBroker({ refreshAhead: false })
  client.answer = () => ended
  clock.jump(61 * minute)
  await handOut(broker, 'acme').catch(() => {})
  await handOut(broker, 'acme').catch(() => {})
  await broker.stop()
  const again = restart()
  await again.start()
  await handOut(again, 'acme').catch(() => {})
  expect(again.snapshot().accounts[0]?.state.kind).toBe('reauthorization_required')
  expect(events(past)).toEqual(['signed_in', 'ended'])
  expect(past[1]).toMatchObject({ cause: 'used_elsewhere', error: { code: 'invalid_grant', fix: /Sign in again/ } })
})

test('after a restart, the request that was never answered is the reason of the next one', async () => {
  const { broker, client, clock, past, restart, refresh } = await signedInBroker({ refreshAhead: false })
  client.answer = () => deferred<RefreshOutcome>().promise
  clock.jump(61 * minute)
  void handOut(broker, 'acme').catch(() => {})
  await settle()
  client.answer = () => client.refreshed()
  refresh.ahead = true
  await restart().start()
  await settle()
  expect(said(past).slice(1)).toEqual([{ event: 'refreshed', need: 'lost_answer' }])
})

test('tokens that cannot be written are told once, and then that they are there', async () => {
  const { client, clock, past, vault } = await signedInBroker()
  vault.beforeSave = () => {
    throw new BrokerError('vault_unavailable', 'The disk is full.')
  }
  await clock.advance(60 * minute)
  vault.beforeSave = () => {}
  await clock.advance(6 * minute)
  expect(client.sent).toHaveLength(1)
  expect(said(past).slice(1)).toMatchObject([
    { event: 'not_stored', error: { code: 'vault_unavailable', description: 'The disk is full.' } },
    { event: 'refreshed', need: 'schedule' },
  ])
  expect(past).toHaveLength(3)
})

test('S2: what comes of a refresh after a sign-out is no event', async () => {
  const { broker, client, clock, past } = await signedInBroker({ refreshAhead: false })
  const answer = deferred<RefreshOutcome>()
  client.answer = () => answer.promise
  clock.jump(61 * minute)
  void handOut(broker, 'acme').catch(() => {})
  await settle()
  await broker.accounts.signOut('acme')
  answer.resolve(client.refreshed())
  await settle()
  expect(said(past).slice(1)).toEqual([{ event: 'signed_out', revoked: true }])
})

test('a login that takes the place of one in the middle of its refresh is no refresh', async () => {
  const { broker, client, clock, past } = await signedInBroker({ refreshAhead: false })
  const answer = deferred<RefreshOutcome>()
  client.answer = () => answer.promise
  clock.jump(61 * minute)
  void handOut(broker, 'acme').catch(() => {})
  await settle()
  const { id } = await broker.startLogin({ provider: 'acme' })
  client.attempts[1]?.finish(client.grant(7))
  await broker.loginStatus(id, 1_000)
  answer.resolve(ended)
  await settle()
  expect(said(past).slice(1)).toEqual([{ event: 'renewed', way: 'login' }])
})

test('how a login came, who has it now, and whether it is switched off', async () => {
  const { broker, client, account, past, clock } = await signedInBroker()
  const { id } = await broker.startLogin({ provider: 'acme', account })
  client.attempts[1]?.finish(client.grant(2, { identity: { key: 'user-2' } }))
  await broker.loginStatus(id, 1_000)
  await broker.decideLogin(id, 'replace')
  await broker.accounts.addKey({ provider: 'acme', secret: 'the-key', label: 'ci' })
  const tokens = { access_token: 'a', refresh_token: 'r', expires_at: Math.floor(clock.now() / 1000) + 3_600 }
  await broker.accounts.importLogin({ provider: 'acme', label: 'moved', person: { account: 'user-3' }, ...tokens })
  broker.accounts.change('acme:moved', { disabled: true })
  broker.accounts.change('acme:moved', { label: 'old' })
  broker.accounts.change('acme:old', { disabled: false })
  broker.accounts.change('acme:old', { disabled: false })
  const told = past.slice(1).map(({ at: _, ...entry }) => ({ label: undefined, account: undefined, ...entry }))
  expect(told.map(({ account: _, ...entry }) => entry)).toEqual([
    { provider: 'acme', label: undefined, event: 'replaced', way: 'login' },
    { provider: 'acme', label: 'ci', event: 'signed_in', way: 'api_key' },
    { provider: 'acme', label: 'moved', event: 'signed_in', way: 'import' },
    { provider: 'acme', label: 'moved', event: 'switched_off' },
    { provider: 'acme', label: 'old', event: 'switched_on' },
  ])
  expect(told[0]?.account).toBe(account)
})

test('a login that goes back to its program is told once, and only when it is there', async () => {
  const { broker, account, past, vault } = await signedInBroker()
  const full = async () => Promise.reject(new BrokerError('vault_unavailable', 'The disk is full.'))
  await expect(broker.accounts.giveAway(account, full)).rejects.toMatchObject({ code: 'vault_unavailable' })
  expect(events(past)).toEqual(['signed_in'])
  vault.remove = full
  await broker.accounts.giveAway(account, async () => 'written')
  vault.remove = async () => {}
  await broker.accounts.forgetGivenAway(account)
  expect(events(past)).toEqual(['signed_in', 'given_back'])
})

test('what befalls all logins: the start, each reason why the vault is closed, and the end', () => {
  const vault = new TestVault()
  const past: HistoryEntry[] = []
  const history = { record: (entry: HistoryEntry) => void past.push(entry), read: async () => [] }
  const stop = tellVaultHistory({ clock: new ManualClock(), history, vault })
  const locked = (code: string) => vault.setState({ kind: 'locked', error: { code, description: code } })
  vault.setState({ kind: 'opening' })
  vault.setState({ kind: 'ready' })
  vault.setState({ kind: 'ready' })
  locked('locked')
  locked('locked')
  vault.setState({ kind: 'opening' })
  locked('passphrase_needed')
  vault.setState({ kind: 'ready' })
  stop()
  locked('locked')
  expect(said(past)).toMatchObject([
    { event: 'started' },
    { event: 'locked', error: { code: 'locked' } },
    { event: 'locked', error: { code: 'passphrase_needed' } },
    { event: 'unlocked' },
    { event: 'stopped' },
  ])
})
