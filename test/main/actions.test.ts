import { expect, test, vi } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { Actions } from '../../src/main/actions.ts'
import { HostLink } from '../../src/main/host-link.ts'
import { TokenClipboard } from '../../src/main/token-clipboard.ts'
import { active, asked, codex, endedThere, practice, snapshotOf } from '../renderer/support/snapshots.ts'
import { FakeHost } from './support/fake-host.ts'

vi.mock('electron', () => ({ app: {}, clipboard: {}, shell: {} }))

async function setup() {
  const host = new FakeHost(snapshotOf([codex(endedThere, asked), practice(active)]))
  host.answers.set('check', ({ id }: { readonly id: string }) => ({ account: id, status: 'ready' }))
  const link = new HostLink(async () => host, systemClock)
  await link.start()
  const clipboard = { readText: async () => '', writeText: async () => {}, clear: () => {} }
  return { host, actions: new Actions(link, new Map(), new TokenClipboard(systemClock, clipboard)) }
}

test('a check asks a program anew that could not give a token a moment ago, and nobody else', async () => {
  const { host, actions } = await setup()
  const id = 'openai-codex-1a2b3c4d'
  expect(await actions.check(id)).toEqual({ account: id, status: 'ready' })
  expect(host.asked).toEqual([
    { name: 'wake', value: { asker: 'person' } },
    { name: 'check', value: { id } },
  ])
  await actions.check('practice-5e6f7a8b')
  expect(host.asked.slice(2)).toEqual([{ name: 'check', value: { id: 'practice-5e6f7a8b' } }])
})

test('an account that is gone is not checked', async () => {
  const { host, actions } = await setup()
  await expect(actions.check('gone-1')).rejects.toMatchObject({ code: 'unknown_account' })
  expect(host.asked).toEqual([])
})
