// Claude Code on the login of a plan, which it takes from its own file only, and which the broker keeps fresh in there.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tokenOf } from '../daemon/practice-login.ts'
import { until } from '../daemon/running-daemon.ts'
import { fingerprintOf } from './fingerprint.ts'
import { type Person, signInTo, withPerson } from './person.ts'
import { writeSettings } from './settings.ts'
import { answerText, turnPaths } from './upstream.ts'

const tokenPath = '/v1/oauth/token'
const fileOf = ({ home }: Person) => join(home, '.claude/.credentials.json')

const withPlan = (body: (person: Person) => Promise<void>) =>
  withPerson(
    async (person) => {
      await signInTo(person, 'anthropic')
      await writeSettings(person, '.claude/settings.json', JSON.stringify({ env: { ANTHROPIC_BASE_URL: person.double.origin } }))
      const ended = await person.tokentray('connect', 'claude-code')
      expect(ended.code, ended.stderr).toBe(0)
      await body(person)
      // With the login of a plan, Claude Code asks Anthropic whose it is, wherever its API is said to be.
    },
    ['api.anthropic.com'],
  )

async function expectTurn(person: Person): Promise<string> {
  const token = await tokenOf(person.daemon, 'anthropic')
  const ended = await person.turn('claude')
  expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: `${answerText(token)}\n` })
  return token
}

const isInFile = async (person: Person, token: string) => (await readFile(fileOf(person), 'utf8')).includes(token)

test('a turn goes with the token of the plan as the program sends its own, and nothing is refreshed by it', () =>
  withPlan(async (person) => {
    const refreshes = person.double.count(tokenPath)
    const token = await expectTurn(person)
    const turn = person.double.requests.findLast(({ path }) => path === turnPaths.messages)
    expect(turn?.headers).toMatchObject({ authorization: `Bearer ${token}` })
    expect(turn?.headers['anthropic-beta']).toContain('oauth-2025-04-20')
    expect(turn?.headers).not.toHaveProperty('x-api-key')
    expect(person.double.count(tokenPath)).toBe(refreshes)
  }))

test('four turns at once on a login that has expired cost one refresh, by the broker', () =>
  withPlan(async (person) => {
    const [old, refreshes] = [await tokenOf(person.daemon, 'anthropic'), person.double.count(tokenPath)]
    person.double.refuseAccess(old)
    await person.advance(29_000)
    // Whoever asks first; else the broker notices within 37 seconds.
    await tokenOf(person.daemon, 'anthropic')
    await until('the next token in the file', async () => !(await isInFile(person, old)))
    for (const ended of await Promise.all(Array.from({ length: 4 }, () => person.turn('claude')))) {
      expect(ended, ended.stderr).toMatchObject({ code: 0 })
    }
    expect(person.double.count(tokenPath) - refreshes).toBe(1)
    expect(person.double.refusals).toEqual([])
  }))

test('a token that is refused is replaced for the next turn', () =>
  withPlan(async (person) => {
    const old = await expectTurn(person)
    person.double.refuseAccess(old)
    expect((await person.turn('claude')).code).toBe(1)
    await tokenOf(person.daemon, 'anthropic', `?rejected=${fingerprintOf(old)}`)
    await until('the next token in the file', async () => !(await isInFile(person, old)))
    expect(await expectTurn(person)).not.toBe(old)
    expect(person.double.count(tokenPath)).toBe(2)
  }))

test('after a sign-out the program has no login any more', () =>
  withPlan(async (person) => {
    await expectTurn(person)
    await person.tokentray('logout', 'anthropic')
    await until('the file to go', () =>
      isInFile(person, 'accessToken').then(
        (is) => !is,
        () => true,
      ),
    )
    const ended = await person.turn('claude')
    expect(ended.code).toBe(1)
    expect(ended.stdout + ended.stderr).toMatch(/log ?in/i)
  }))
