// Four Codex processes at once, whose access token has expired: first with the login in ~/.codex/auth.json, which each of them refreshes
// on its own, then with the broker, which refreshes it once.
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Script } from '../providers/double/index.ts'
import { authFile, codexLogin, connectPlan, planProvider, tokenPath } from './codex-files.ts'
import { type Person, signInTo, withPerson } from './person.ts'
import { writeSettings } from './settings.ts'

const processes = 4

/**
 * Holds the answers to the first refreshes until all processes have sent theirs, as a server that takes its time would. Codex sends
 * its reason for a refresh besides, which the double takes from nobody else.
 */
function slowRefreshes(): Script {
  let arrived = 0
  return async (request, proper) => {
    arrived += 1
    for (let waited = 0; arrived < processes && waited < 10_000; waited += 50) await sleep(50)
    if (typeof request.body === 'object') delete (request.body as Record<string, unknown>).refresh_reason
    return proper()
  }
}

const fourTurns = ({ turn }: Person, env: Readonly<Record<string, string>> = {}) =>
  Promise.all(Array.from({ length: processes }, () => turn('codex', env)))

test('without the broker, four Codex processes send one refresh token four times', () =>
  withPerson(async (person) => {
    const { double } = person
    const login = await codexLogin(double)
    await writeSettings(
      person,
      '.codex/config.toml',
      planProvider(double, 'requires_openai_auth = true\nsupports_websockets = false'),
    )
    await writeSettings(person, '.codex/auth.json', authFile(double, login, true))
    // What Codex asks besides, which is no part of this.
    for (const path of ['accounts/check', 'settings/user']) double.answerAlways(`/backend-api/wham/${path}`, { status: 404 })
    double.answerAlways(tokenPath, slowRefreshes())
    const before = double.count(tokenPath)
    await fourTurns(person, { CODEX_REFRESH_TOKEN_URL_OVERRIDE: double.origin + tokenPath })
    const sent = double.requests.filter(({ path }) => path === tokenPath)
    expect(double.count(tokenPath) - before).toBe(processes)
    expect(sent.filter(({ body }) => typeof body === 'object' && body.refresh_token === login.refresh_token)).toHaveLength(
      processes,
    )
    expect(double.refusals.filter((sentence) => sentence.includes('used twice'))).toHaveLength(processes - 1)
  }))

test('with the broker, four Codex processes cost one refresh, and all are answered', () =>
  withPerson(async (person) => {
    const { double } = person
    await signInTo(person, 'openai-codex')
    await connectPlan(person)
    const before = double.count(tokenPath)
    double.refuseAccess('openai-codex')
    await person.advance(864_000)
    const turns = await fourTurns(person)
    expect(turns.map(({ code }) => code)).toEqual(Array(processes).fill(0))
    expect(new Set(turns.map(({ stdout }) => stdout)).size).toBe(1)
    expect(double.count(tokenPath) - before).toBe(1)
    expect(double.refusals).toEqual([])
  }))
