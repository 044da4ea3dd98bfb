// Claude Code with the token of a plan, which its helper could only send as an API key: from its own file, in which the broker keeps a
// fresh access token, and from the environment that `tokentray exec` makes.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { addKey } from '../daemon/add-key.ts'
import { tokenOf } from '../daemon/practice-login.ts'
import { until } from '../daemon/running-daemon.ts'
import { claudeConversation } from './claude-conversation.ts'
import { fingerprintOf } from './fingerprint.ts'
import { type Person, signInTo, withPerson } from './person.ts'
import { programFolder, runFile, turnOf } from './programs.ts'
import { answerText } from './upstream.ts'

/** Runs Claude Code under `tokentray exec`. */
const executed = ({ env, home }: Person) =>
  runFile('tokentray', ['exec', 'anthropic', '--', join(programFolder, '.bin', 'claude'), ...turnOf('claude')], {
    env,
    cwd: home,
  })

/** With the login of a plan in its file, Claude Code asks Anthropic whose it is, wherever its API is said to be. */
const itsOwnHost = ['api.anthropic.com']

test('the file of Claude Code is kept fresh through a conversation, and never holds a refresh token', () =>
  withPerson(async (person) => {
    const { daemon, double, home, turn } = person
    const path = join(home, '.claude/.credentials.json')
    const address = { ANTHROPIC_BASE_URL: double.origin }
    await signInTo(person, 'anthropic')
    const answer = await daemon.ask('/v1/token-files/claude-code', { method: 'PUT', body: { account: 'anthropic', path } })
    expect(answer.status, answer.text).toBe(200)
    const old = await tokenOf(daemon, 'anthropic')
    expect(await turn('claude', address)).toMatchObject({ code: 0, stdout: `${answerText(old)}\n` })

    const conversation = claudeConversation(person, address)
    try {
      expect(await conversation.turn()).toContain(answerText(old))
      const renewed = await tokenOf(daemon, 'anthropic', `?rejected=${fingerprintOf(old)}`)
      double.refuseAccess(old)
      await until('the new token', async () => (await readFile(path, 'utf8')).includes(renewed))
      expect(await conversation.turn()).toContain(answerText(renewed))
    } finally {
      await conversation.end()
    }
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ claudeAiOauth: { refreshToken: null } })
    expect((await daemon.ask('/v1/token-files/claude-code', { method: 'DELETE' })).status).toBe(200)
    expect(existsSync(path)).toBe(false)
    expect(double.refusals).toEqual([])
  }, itsOwnHost))

test('tokentray exec gives Claude Code the token of a plan', () =>
  withPerson(async (person) => {
    await signInTo(person, 'anthropic')
    const token = await tokenOf(person.daemon, 'anthropic')
    expect(await executed(person)).toMatchObject({ code: 0, stdout: `${answerText(token)}\n` })
  }))

test('tokentray exec gives Claude Code an API key', () =>
  withPerson(async (person) => {
    const key = await addKey(person, 'anthropic', 'sk-ant-api03-')
    expect(await executed(person)).toMatchObject({ code: 0, stdout: `${answerText(key)}\n` })
  }))
