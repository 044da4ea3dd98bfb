import { expect, test } from 'vitest'
import { historyText } from '../../src/cli/history-text.ts'
import type { AccountStatus, HistoryEntry } from '../../src/protocol/index.ts'

const login = { at: 1_790_000_000, provider: 'anthropic', account: 'anthropic-1' }
const words = (entry: object, accounts: readonly AccountStatus[] = []) =>
  historyText([{ ...login, ...entry } as HistoryEntry], accounts)
    .split(/ {2,}/)
    .slice(1)
const network = { code: 'network', description: 'There is no connection.' }

test('each event is a sentence that a person understands', () => {
  const sentences = [
    [{ event: 'signed_in', way: 'api_key' }, 'API key added'],
    [{ event: 'signed_in', way: 'import' }, 'moved here from another program'],
    [{ event: 'renewed', way: 'login' }, 'signed in again'],
    [{ event: 'renewed', way: 'setup_token' }, 'setup token replaced'],
    [{ event: 'replaced', way: 'login' }, 'somebody else signed in, and has the account now'],
    [{ event: 'refreshed', need: 'schedule' }, 'refreshed on schedule'],
    [{ event: 'refreshed', need: 'client', client: 'codex', failures: 1 }, /codex asked for a token, after one failure$/],
    [{ event: 'refreshed', need: 'person', failures: 52 }, 'refreshed, because you wanted it, after 52 failures'],
    [{ event: 'refreshed', need: 'rejected' }, 'refreshed early, because the provider had refused the token'],
    [{ event: 'refreshed', need: 'lost_answer' }, 'refreshed, because the answer to an earlier request was lost'],
    [{ event: 'refreshed' }, 'refreshed'],
    [
      { event: 'refresh_failed', need: 'schedule', error: network },
      'could not be refreshed, to be tried again: There is no connection. (network)',
    ],
    [{ event: 'not_stored', error: network }, /in memory only: There is no connection\. \(network\)$/],
    [{ event: 'ended', error: { code: 'expired', description: 'It has expired.' } }, 'needs a new sign-in: It has expired.'],
    [{ event: 'signed_out', revoked: true }, 'signed out, which the provider confirmed'],
    [{ event: 'given_back' }, 'given back to the program that it came from'],
    [{ event: 'switched_off' }, 'switched off'],
    [{ event: 'invented_later' }, 'invented_later'],
  ] as const
  for (const [entry, sentence] of sentences) {
    const [name, said] = words(entry)
    expect(name).toBe('anthropic-1')
    if (typeof sentence === 'string') expect(said).toBe(sentence)
    else expect(said).toMatch(sentence)
  }
})

test('a login has the name that it is asked for by, or had when it is gone', () => {
  const row = { id: 'anthropic-1', provider: 'anthropic' } as AccountStatus
  expect(words({ event: 'switched_off', label: 'then' }, [{ ...row, label: 'now' }])[0]).toBe('anthropic:now')
  expect(words({ event: 'switched_off' }, [row])[0]).toBe('anthropic')
  expect(words({ event: 'switched_off', label: 'then' })[0]).toBe('anthropic:then')
  expect(historyText([{ at: 1, event: 'unlocked' }], [row])).toMatch(/ {2}all logins {2}unlocked$/)
})

test('what a server said is no command for the terminal', () => {
  const [, said] = words({ event: 'ended', error: { code: 'x', description: '\u001b]0;title\u0007 and \u202e backwards' } })
  expect(said).toBe('needs a new sign-in: ?]0;title? and ? backwards (x)')
})
