import { expect, test } from 'vitest'
import { accountName } from '../../src/ipc/account-words.ts'
import { maskedIdentity, withoutPersonalData } from '../../src/ipc/personal-data.ts'
import { active, ana, ben, codex, otherPerson, practice, snapshotOf, watched } from '../renderer/support/snapshots.ts'

test('nothing of a person is left in the snapshot, and everything else is', () => {
  const snapshot = snapshotOf(
    [codex(active, { ...ana, label: 'work' }), practice(active, { identity: { email: 'ben@example.org', name: 'Ben Smith' } })],
    { logins: [otherPerson] },
  )
  const masked = withoutPersonalData(snapshot)
  expect(JSON.stringify(masked)).not.toMatch(/ana\.silva|ben@|Ben Smith|bob@|example\.(com|org)/)
  expect(masked.accounts[0]).toMatchObject({ label: 'work', state: active, identity: { email: 'a•••', plan: 'plus' } })
  expect(masked.logins[0]?.undecided).toEqual({ email: 'b•••', plan: 'pro' })
  expect({ ...masked, accounts: [], logins: [] }).toEqual({ ...snapshot, accounts: [], logins: [] })
})

test('nor what another program calls a login by the address of the person', () => {
  const login = 'ana.silva@example.com'
  const ownership = { ...watched.ownership, program: 'cli-proxy-api', file: `/home/ana/.cli-proxy-api/${login}.json`, login }
  const masked = withoutPersonalData(snapshotOf([codex(active, { ownership })]))
  expect(JSON.stringify(masked)).not.toMatch(/ana|example/)
  expect(masked.accounts[0]?.ownership).toMatchObject({ mode: 'watched', program: 'cli-proxy-api' })
})

test('two accounts can still be told apart', () => {
  const { accounts } = withoutPersonalData(snapshotOf([codex(active, ana), codex(active, ben)]))
  expect(accounts.map(accountName)).toEqual(['OpenAI Codex (a•••)', 'OpenAI Codex (b•••)'])
})

test('how long a name is stays hidden, and a letter beyond 16 bits is not torn', () => {
  expect(maskedIdentity({ name: '𝒜da Lovelace' })).toEqual({ name: '𝒜•••' })
  expect(maskedIdentity({ email: '' })).toEqual({ email: '•••' })
  expect(maskedIdentity({})).toEqual({})
})
