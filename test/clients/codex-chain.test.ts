// What `tapes start codex` was asked for: the login of the plan is kept and comes first, an API key is for when there is none, and
// without both the person is told what to do. Here with the real Codex and the broker.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { addKey } from '../daemon/add-key.ts'
import { tokenOf } from '../daemon/practice-login.ts'
import { authFile, codexLogin, connectPlan, tokenPath } from './codex-files.ts'
import { type Person, signInTo, withPerson } from './person.ts'
import { writeSettings } from './settings.ts'
import { answerText, turnPaths } from './upstream.ts'

/** Connects Codex to what the broker would hand out now; answers the token. */
async function configure(person: Person): Promise<string> {
  await connectPlan(person)
  return tokenOf(person.daemon, 'openai-codex')
}

// One that has expired, Codex refreshes itself at each start, although no turn needs it.
test('the own login of Codex is kept as it is while Codex is connected, and no turn uses it', () =>
  withPerson(async (person) => {
    const { double, home, turn } = person
    double.answerAlways('/backend-api/wham/settings/user', { status: 404 })
    const file = authFile(double, await codexLogin(double), false)
    await writeSettings(person, '.codex/auth.json', file)
    await signInTo(person, 'openai-codex')
    const token = await configure(person)
    const before = double.count(tokenPath)
    expect(await turn('codex')).toMatchObject({ code: 0, stdout: `${answerText(token)}\n` })
    expect(await readFile(join(home, '.codex/auth.json'), 'utf8')).toBe(file)
    expect(double.count(tokenPath)).toBe(before)
    expect(double.refusals).toEqual([])
  }))

test('a login of the plan comes before an API key, and the key is there when the login is gone', () =>
  withPerson(async (person) => {
    const { daemon, double, tokentray, turn } = person
    const key = await addKey(person, 'openai-codex', 'sk-')
    const account = await signInTo(person, 'openai-codex')
    const plan = await configure(person)
    expect(plan).not.toBe(key)
    expect(await turn('codex')).toMatchObject({ code: 0, stdout: `${answerText(plan)}\n` })
    expect(double.count(turnPaths.codex)).toBe(1)

    expect(await tokentray('logout', account)).toMatchObject({ code: 0 })
    expect(await tokenOf(daemon, 'openai-codex')).toBe(key)
    await configure(person)
    expect(await turn('codex')).toMatchObject({ code: 0, stdout: `${answerText(key)}\n` })
    expect(double.count(turnPaths.responses)).toBe(1)
  }))

test('without a login and without a key, Codex shows how to sign in', () =>
  withPerson(async (person) => {
    const { double, tokentray, turn } = person
    const account = await signInTo(person, 'openai-codex')
    // Codex asks all the same, without a token.
    double.answerAlways('/backend-api/codex/models', { status: 401 })
    await connectPlan(person)
    expect(await tokentray('logout', account)).toMatchObject({ code: 0 })
    const { code, stderr } = await turn('codex')
    expect(code).not.toBe(0)
    expect(stderr).toMatch(/exit status: 4: tokentray: .*`tokentray login openai-codex`/)
  }))
