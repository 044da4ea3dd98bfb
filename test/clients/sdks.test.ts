// The SDKs of OpenAI and Anthropic, in a program of their own that takes each token from `tokentray token`.
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { tokenOf } from '../daemon/practice-login.ts'
import { fingerprintOf } from './fingerprint.ts'
import { type Person, signInTo, withPerson } from './person.ts'
import { runFile } from './programs.ts'
import { answerText } from './upstream.ts'

const script = fileURLToPath(new URL('./sdk-turns.mjs', import.meta.url))

const turns = ({ env, home, double }: Person, sdk: 'openai' | 'anthropic', count: number) =>
  runFile(process.execPath, [script, sdk, double.origin, String(count)], { env, cwd: home })
const lines = (text: string, count: number) => `${Array(count).fill(text).join('\n')}\n`

test('openai: twelve turns at once are answered, on one refresh of a login that has expired', () =>
  withPerson(async (person) => {
    const { daemon, double } = person
    await signInTo(person, 'chatgpt')
    double.refuseAccess('chatgpt')
    await person.advance(3_700)
    const before = double.count('/api/accounts/oauth/token')
    const ended = await turns(person, 'openai', 12)
    expect(ended).toMatchObject({ code: 0, stdout: lines(answerText(await tokenOf(daemon, 'chatgpt')), 12) })
    expect(double.count('/api/accounts/oauth/token') - before).toBe(1)
  }))

test('openai: a token that ended is not repeated by the SDK, and the next turn has the new one', () =>
  withPerson(async (person) => {
    const { daemon, double } = person
    await signInTo(person, 'chatgpt')
    const old = await tokenOf(daemon, 'chatgpt')
    double.refuseAccess(old)
    const refused = await turns(person, 'openai', 1)
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('401')
    const renewed = await tokenOf(daemon, 'chatgpt', `?rejected=${fingerprintOf(old)}`)
    expect(await turns(person, 'openai', 1)).toMatchObject({ code: 0, stdout: lines(answerText(renewed), 1) })
  }))

test('@anthropic-ai/sdk: a token that ended is told to the broker, which refreshes it once, and all turns are answered', () =>
  withPerson(async (person) => {
    const { daemon, double } = person
    await signInTo(person, 'anthropic')
    const old = await tokenOf(daemon, 'anthropic')
    expect(await turns(person, 'anthropic', 4)).toMatchObject({ code: 0, stdout: lines(answerText(old), 4) })
    double.refuseAccess(old)
    const before = double.count('/v1/oauth/token')
    const ended = await turns(person, 'anthropic', 12)
    const renewed = await tokenOf(daemon, 'anthropic')
    expect(renewed).not.toBe(old)
    expect(ended).toMatchObject({ code: 0, stdout: lines(answerText(renewed), 12) })
    expect(double.count('/v1/oauth/token') - before).toBe(1)
  }))
