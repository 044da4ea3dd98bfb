import { expect, test } from 'vitest'
import { problemFrom } from '../../src/main/problem.ts'
import { BrokerError } from '../../src/protocol/index.ts'

test('a failure reaches the window with its words, its advice and its wait', () => {
  expect(
    problemFrom(new BrokerError('wrong_passphrase', 'The passphrase is wrong.', { fix: 'Try again.', retryAfter: 4 })),
  ).toEqual({
    code: 'wrong_passphrase',
    description: 'The passphrase is wrong.',
    fix: 'Try again.',
    retryAfter: 4,
  })
  expect(problemFrom(new BrokerError('login_required', 'Nobody is signed in.'))).toEqual({
    code: 'login_required',
    description: 'Nobody is signed in.',
  })
})

test('an error that nobody foresaw loses its text, which may hold anything', () => {
  expect(JSON.stringify(problemFrom(new Error('passphrase=hunter2')))).not.toContain('hunter2')
})
