import { expect, test } from 'vitest'
import { keyRequest, loginRequest } from '../../src/main/host-requests.ts'
import { active, codex, ended, signedOut } from '../renderer/support/snapshots.ts'

const account = 'openai-codex-1a2b3c4d'
const keyRow = codex({ kind: 'active' }, { kind: 'api_key' })

test('a provider without an account is signed in to, and an account is signed in to again', () => {
  expect(loginRequest(codex(signedOut), { account: 'openai-codex' })).toEqual({ provider: 'openai-codex' })
  expect(loginRequest(codex(ended), { account })).toEqual({ provider: 'openai-codex', account })
})

test('one more account names no account, and may have a label', () => {
  expect(loginRequest(codex(active), { account, another: true, label: 'work', flow: 'device', accept: true })).toEqual({
    provider: 'openai-codex',
    flow: 'device',
    label: 'work',
    accept_provider_rules: true,
  })
})

test('a login at the row of a key becomes an account of its own', () => {
  expect(loginRequest(keyRow, { account, flow: 'browser' })).toEqual({ provider: 'openai-codex', flow: 'browser' })
})

test('a key takes the place of a key, and no place of a login', () => {
  expect(keyRequest(keyRow, { account, key: 'sk-new' })).toEqual({ provider: 'openai-codex', secret: 'sk-new', account })
  expect(keyRequest(keyRow, { account, key: 'sk-new', another: true })).not.toHaveProperty('account')
  expect(keyRequest(codex(ended), { account, key: 'sk-new', kind: 'api_key', accept: false })).toEqual({
    provider: 'openai-codex',
    secret: 'sk-new',
    kind: 'api_key',
  })
})
