import { describe, expect, test } from 'vitest'
import { checkWords, keyWords, signedInWords, undecidedWords } from '../../src/ipc/login-words.ts'
import { overall } from '../../src/ipc/overall.ts'
import { english } from '../../src/ipc/words/index.ts'
import { active, ana, codex, otherPerson, snapshotOf } from '../renderer/support/snapshots.ts'

const account = 'openai-codex-1a2b3c4d'
const snapshot = snapshotOf([codex(active, ana)], { logins: [otherPerson] })

describe('a login of somebody else', () => {
  test('names both, as far as they are known', () => {
    expect(undecidedWords(otherPerson, snapshot, english.words)).toBe(
      'You signed in as bob@example.com, and this account belongs to ana.silva@example.com.',
    )
    expect(undecidedWords({ ...otherPerson, undecided: {} }, snapshotOf([]), english.words)).toBe(
      'You signed in as somebody else, and this account belongs to another person.',
    )
    expect(
      undecidedWords({ id: 'a', provider: 'b', prompt: otherPerson.prompt, expires_at: 1 }, snapshot, english.words),
    ).toBeUndefined()
  })

  test('is what the whole app says, although every account works', () => {
    expect(overall(snapshot, undefined, english.words)).toEqual({
      state: 'needs_you',
      sentence: 'OpenAI Codex waits for your decision',
    })
  })
})

test.each([
  [undefined, 'Signed in.'],
  [{}, 'Signed in.'],
  [{ name: 'octocat' }, 'Signed in as octocat.'],
  [{ email: 'ana@example.com', name: 'Ana', plan: 'plus' }, 'Signed in as ana@example.com (Plus).'],
])('who signed in: %j', (identity, words) => {
  expect(signedInWords(identity, english.words)).toBe(words)
})

test('what came of trying says what the provider said, and what to do', () => {
  const reason = { code: 'token_refused', description: 'It was refused.', fix: 'Sign in again.' }
  expect(keyWords({ account, status: 'ready' }, english.words)).toBe('Stored and tried: works.')
  expect(keyWords({ account, status: 'unchecked' }, english.words)).toContain('Stored.')
  expect(keyWords({ account, status: 'failed', reason, detail: 'no credit' }, english.words)).toBe(
    'Stored, but trying it failed. It was refused. It said: no credit. Sign in again.',
  )
  expect(checkWords({ account, status: 'ready' }, english.words)).toBe('Tried just now: works.')
  expect(checkWords({ account, status: 'unchecked' }, english.words)).toContain('no way')
  expect(checkWords({ account, status: 'failed' }, english.words)).toBe('Tried just now: does not work.')
})
