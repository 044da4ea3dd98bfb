// The real OpenCode, signed in to nothing and connected to the broker by its plugin; and four of it on one login that has expired, first
// without the broker.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { addKey } from '../daemon/add-key.ts'
import { tokenOf } from '../daemon/practice-login.ts'
import type { Ended } from '../daemon/running-daemon.ts'
import type { DoubleRequest, Script } from '../providers/double/index.ts'
import { codexLogin, tokenPath } from './codex-files.ts'
import {
  connectOpenCode,
  hasOpenCode,
  leadOpenCodeToDouble,
  loginPath,
  pluginPath,
  startOpenCodeOnce,
  turnOfOpenCode,
} from './opencode-program.ts'
import { type Person, signInTo, withPerson } from './person.ts'
import { writeSettings } from './settings.ts'
import { answerText, callTool, turnPaths } from './upstream.ts'

const processes = 4
/** Five starts of it are twenty seconds of a processor, which may have other work. Milliseconds. */
const patience = 300_000

/** A person with a ChatGPT plan, whose login nobody but the broker has, and OpenCode connected. */
const withPlan = (body: (person: Person) => Promise<void>) =>
  withPerson(async (person) => {
    await signInTo(person, 'openai-codex')
    await connectOpenCode(person)
    await body(person)
  })

const planToken = ({ daemon }: Person) => tokenOf(daemon, 'openai-codex')
const turnsAt = ({ double }: Person, path: string = turnPaths.codex) => double.requests.filter((request) => request.path === path)
const bearer = ({ headers }: DoubleRequest) => headers.authorization?.replace(/^Bearer /, '')
/** Whether a request is for an answer, and not for a title. */
const hasTools = ({ body }: DoubleRequest) => typeof body === 'object' && Array.isArray(body.tools)

function expectAnswer(ended: Ended, token: string): void {
  expect(ended, ended.stdout + ended.stderr).toMatchObject({ code: 0, stdout: `${answerText(token)}\n` })
}

/** What OpenCode keeps after its own sign-in, an hour after the token in it has expired. */
async function writeOwnLogin(person: Person): Promise<string> {
  const { access_token: access, refresh_token: refresh } = await codexLogin(person.double)
  const login = { type: 'oauth', refresh, access, expires: Date.now() - 3_600_000, accountId: person.double.person.workspace }
  const text = JSON.stringify({ openai: login })
  await writeSettings(person, loginPath, text)
  return text
}

/**
 * Takes the refresh of whoever comes first, and holds the answer until `free`: until then the login on the disk is the spent one. The
 * double takes JSON, which Codex sends, and OpenCode sends a form.
 */
function slowRefreshes(free: Promise<void>): Script {
  let isFirst = true
  return async (request, proper) => {
    Object.assign(request, { type: 'application/json' })
    const answer = proper()
    if (isFirst) {
      isFirst = false
      await free
    }
    return answer
  }
}

const turnsAtOnce = (person: Person) => Promise.all(Array.from({ length: processes }, () => turnOfOpenCode(person)))

describe.skipIf(!hasOpenCode)('OpenCode', () => {
  test('has turns of a session answered with the token of the moment, and the broker writes down who took it', () =>
    withPlan(async (person) => {
      const { daemon, double, home } = person
      const first = await planToken(person)
      expectAnswer(await turnOfOpenCode(person), first)
      double.refuseAccess(first)
      expect((await person.tokentray('check', 'openai-codex')).code).toBe(0)
      const second = await planToken(person)
      expect(second).not.toBe(first)
      expectAnswer(await turnOfOpenCode(person, { args: ['--continue'] }), second)
      expect(turnsAt(person).map(bearer)).toEqual([first, first, second])
      const { text } = await daemon.ask('/v1/ledger')
      expect(text).toContain('opencode')
      expect(text).not.toContain(first)
      await expect(readFile(join(home, loginPath))).rejects.toThrow('ENOENT')
      expect((await person.tokentray('disconnect', 'opencode')).code).toBe(0)
      await expect(readFile(join(home, pluginPath))).rejects.toThrow('ENOENT')
    }))

  test('goes on when the token ends between two steps of a turn', () =>
    withPlan(async (person) => {
      const { double } = person
      const old = await planToken(person)
      const before = double.count(tokenPath)
      let isFirst = true
      double.answerAlways(turnPaths.codex, (request, proper) => {
        const answer = proper()
        if (!hasTools(request) || !isFirst) return answer
        isFirst = false
        double.refuseAccess(old)
        return callTool('todowrite', { todos: [] })
      })
      const ended = await turnOfOpenCode(person)
      const renewed = await planToken(person)
      expect(renewed).not.toBe(old)
      expectAnswer(ended, renewed)
      const steps = turnsAt(person).filter(hasTools)
      expect(steps.map(bearer)).toEqual([old, old, renewed])
      expect(steps[2]?.body).toEqual(steps[1]?.body)
      expect(double.count(tokenPath) - before).toBe(1)
    }))

  test('takes an API key of Anthropic', () =>
    withPerson(async (person) => {
      const key = await addKey(person, 'anthropic', 'sk-ant-api03-')
      await connectOpenCode(person)
      expectAnswer(await turnOfOpenCode(person, { model: 'anthropic/claude-sonnet-4-5' }), key)
      const sent = turnsAt(person, turnPaths.messages)
      expect(new Set(sent.map(({ headers }) => headers['x-api-key']))).toEqual(new Set([key]))
    }))

  test('takes a token of GitHub Copilot, and says which request is one of the person', () =>
    withPerson(async (person) => {
      await addKey(person, 'github-copilot', 'ghu_')
      await connectOpenCode(person)
      const token = await tokenOf(person.daemon, 'github-copilot')
      expectAnswer(await turnOfOpenCode(person, { model: 'github-copilot/gpt-5-mini' }), token)
      const [turn] = turnsAt(person, turnPaths.copilot).filter(hasTools)
      expect(turn?.headers).toMatchObject({ 'x-initiator': 'user', authorization: `Bearer ${token}` })
    }))

  test('without a login fails with the command that signs in', () =>
    withPlan(async (person) => {
      expect((await person.tokentray('logout', 'openai-codex')).code).toBe(0)
      const { code, stdout, stderr } = await turnOfOpenCode(person)
      expect(code).not.toBe(0)
      expect(stdout + stderr).toMatch(/tokentray: [^\n]*`tokentray login openai-codex`/)
      expect(turnsAt(person)).toEqual([])
    }))

  test(
    'without the broker: four processes spend one refresh token at once, and only one is answered',
    () =>
      withPerson(async (person) => {
        const { double } = person
        await leadOpenCodeToDouble(person)
        await startOpenCodeOnce(person)
        await writeOwnLogin(person)
        let release = () => {}
        double.answerAlways(tokenPath, slowRefreshes(new Promise((resolve) => (release = resolve))))
        let ended = 0
        const turns = await Promise.all(
          Array.from({ length: processes }, async () => {
            const turn = await turnOfOpenCode(person)
            ended += 1
            if (ended === processes - 1) release()
            return turn
          }),
        )
        const failed = turns.filter(({ code }) => code !== 0)
        expect(failed).toHaveLength(processes - 1)
        for (const { stdout, stderr } of failed) expect(stdout + stderr).toContain('Token refresh failed: 401')
        // Each asks for a title of its session, too, and tries the refresh again for that.
        expect(double.refusals.filter((sentence) => sentence.includes('used twice')).length).toBeGreaterThanOrEqual(failed.length)
      }),
    patience,
  )

  test(
    'with the broker: they cost one refresh, all are answered, and the own login of OpenCode stays as it is',
    () =>
      withPlan(async (person) => {
        const { double, home } = person
        await leadOpenCodeToDouble(person)
        await startOpenCodeOnce(person)
        const own = await writeOwnLogin(person)
        const before = double.count(tokenPath)
        double.refuseAccess('openai-codex')
        await person.advance(864_000)
        const turns = await turnsAtOnce(person)
        const token = await planToken(person)
        for (const turn of turns) expectAnswer(turn, token)
        expect(double.count(tokenPath) - before).toBe(1)
        expect(double.refusals).toEqual([])
        expect(await readFile(join(home, loginPath), 'utf8')).toBe(own)
      }),
    patience,
  )
})
