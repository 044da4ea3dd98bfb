// A provider ends a token while it should still be good. None of these programs can say so to the broker: each has its token from a
// command, and runs that command again.
import { expect, test } from 'vitest'
import { tokenOf } from '../daemon/practice-login.ts'
import type { Ended } from '../daemon/running-daemon.ts'
import { type Person, signInTo, withPerson } from './person.ts'
import type { ClientName } from './programs.ts'
import { connect, writeSettings } from './settings.ts'
import { answerText, turnPaths } from './upstream.ts'

const tokenPath = '/api/accounts/oauth/token'

/** Those that run their command again after a 401. */
const clients = ['codex', 'claude', 'copilot'] as const satisfies readonly ClientName[]
const turnPathOf = (client: ClientName) => (client === 'claude' ? turnPaths.gateway : turnPaths.responses)

/** Connects a program to the login of ChatGPT; Claude Code by the gateway that takes it. */
async function connectTo(person: Person, client: ClientName): Promise<Record<string, string>> {
  if (client !== 'claude') return connect(person, client)
  const text = JSON.stringify({
    env: { DISABLE_TELEMETRY: '1', ANTHROPIC_BASE_URL: `${person.double.origin}/gateway` },
    apiKeyHelper: 'tokentray token chatgpt --client claude-code',
  })
  await writeSettings(person, '.claude/settings.json', text)
  return {}
}

function expectAnswer(ended: Ended, token: string): void {
  expect(ended.code, `${ended.stdout}${ended.stderr}`).toBe(0)
  expect(ended.stdout.trim().split('\n').at(-1)).toBe(answerText(token))
}

/** The tokens that the broker asked the provider about. */
const checksOf = ({ double }: Person): readonly string[] =>
  double.requests
    .filter(({ path, headers }) => path === '/v1/models' && headers['user-agent']?.startsWith('TokenTray/'))
    .map(({ headers }) => headers.authorization?.replace(/^Bearer /, '') ?? '')

for (const client of clients) {
  test.concurrent(`${client}: a token that ends early in the middle of a run costs one check and one refresh, and the run ends well`, () =>
    withPerson(async (person) => {
      const { daemon, double } = person
      await signInTo(person, 'chatgpt')
      const env = await connectTo(person, client)
      const [old, before] = [await tokenOf(daemon, 'chatgpt'), double.count(tokenPath)]
      double.answerNext(turnPathOf(client), (_, proper) => {
        double.refuseAccess(old)
        return proper()
      })
      const ended = await person.turn(client, env)
      const renewed = await tokenOf(daemon, 'chatgpt')
      expect(renewed).not.toBe(old)
      expectAnswer(ended, renewed)
      expect(checksOf(person)).toEqual([old])
      expect(double.count(tokenPath) - before).toBe(1)
      expect((await person.tokentray('why', 'chatgpt')).stdout).toContain(
        'The provider had ended the token before this one early',
      )
      expect((await person.tokentray('ledger')).stdout).toContain('got a new token, as the provider had ended the last one early')
    }))
}

test('twelve runs at once on a token that ended early cost one check and one refresh, and all end well', () =>
  withPerson(async (person) => {
    const { daemon, double } = person
    await signInTo(person, 'chatgpt')
    const connected = await Promise.all(clients.map(async (client) => ({ client, env: await connectTo(person, client) })))
    const [old, before] = [await tokenOf(daemon, 'chatgpt'), double.count(tokenPath)]
    double.refuseAccess(old)
    const runs = connected.flatMap(({ client, env }) => Array.from({ length: 4 }, () => person.turn(client, env)))
    const ended = await Promise.all(runs)
    const renewed = await tokenOf(daemon, 'chatgpt')
    for (const each of ended) expectAnswer(each, renewed)
    expect(checksOf(person)).toEqual([old])
    expect(double.count(tokenPath) - before).toBe(1)
  }))

test.concurrent.for([...clients, 'pi'] as const)(
  '%s: a run on a token that is good causes no question to the provider',
  (client) =>
    withPerson(async (person) => {
      await signInTo(person, 'chatgpt')
      const env = await connectTo(person, client)
      const token = await tokenOf(person.daemon, 'chatgpt')
      expectAnswer(await person.turn(client, env), token)
      expect(checksOf(person)).toEqual([])
    }),
)
