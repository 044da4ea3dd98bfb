// The real programs, each signed in to nothing and connected to the broker, against the servers of all providers on loopback.
import { expect, test } from 'vitest'
import { addKey } from '../daemon/add-key.ts'
import { tokenOf } from '../daemon/practice-login.ts'
import type { Ended } from '../daemon/running-daemon.ts'
import type { DoubleRequest } from '../providers/double/answer.ts'
import { fingerprintOf } from './fingerprint.ts'
import { type Person, signInTo, withPerson } from './person.ts'
import type { ClientName } from './programs.ts'
import { connect, selectorOf, writeSettings } from './settings.ts'
import { answerText, turnPaths } from './upstream.ts'

const chatgptTokens = '/api/accounts/oauth/token'
const clients: readonly ClientName[] = ['codex', 'claude', 'copilot', 'pi']
/** The name under which each asks for tokens. */
const nameOf = { codex: 'codex', claude: 'claude-code', copilot: 'github-copilot-cli', pi: 'pi' } as const
const turnPathOf = (client: ClientName) => (client === 'claude' ? turnPaths.messages : turnPaths.responses)

/** A person with a ChatGPT plan and an Anthropic API key, whose login nobody but the broker has. */
const withLogins = (body: (person: Person) => Promise<void>) =>
  withPerson(async (person) => {
    await signInTo(person, 'chatgpt')
    await addKey(person, 'anthropic', 'sk-ant-api03-')
    await body(person)
  })

const tokenNow = ({ daemon }: Person, client: ClientName) => tokenOf(daemon, selectorOf(client))
const tokenIn = ({ headers }: DoubleRequest) => headers['x-api-key'] ?? headers.authorization?.replace(/^Bearer /, '') ?? ''
/** The tokens that came with the turns of a program, one for each request. */
const tokensAt = ({ double }: Person, client: ClientName) =>
  double.requests.filter(({ path }) => path === turnPathOf(client)).map(tokenIn)

function expectAnswer(ended: Ended, token: string): void {
  expect(ended.code, `${ended.stdout}${ended.stderr}`).toBe(0)
  // The GitHub Copilot CLI tells of a request that it repeated in a line before.
  expect(ended.stdout.trim().split('\n').at(-1)).toBe(answerText(token))
}

/** Ends the token that a program has, and gives the broker another one, as a provider or a person may do at any time. */
async function replaceToken(person: Person, client: ClientName): Promise<void> {
  const { daemon, double, tokentray } = person
  const old = await tokenNow(person, client)
  if (client === 'claude') {
    double.apiKeys.delete(old)
    expect((await tokentray('logout', 'anthropic')).code).toBe(0)
    await addKey(person, 'anthropic', 'sk-ant-api03-')
  } else {
    double.refuseAccess(old)
    await tokenOf(daemon, 'chatgpt', `?rejected=${fingerprintOf(old)}`)
  }
}

for (const client of clients) {
  test.concurrent(`${client}: a turn is answered with a token of the broker, which writes down who took it`, () =>
    withLogins(async (person) => {
      const env = await connect(person, client)
      const token = await tokenNow(person, client)
      expectAnswer(await person.turn(client, env), token)
      const { text } = await person.daemon.ask('/v1/ledger')
      expect(text).toContain(nameOf[client])
      expect(text).not.toContain(token)
    }))

  test.concurrent(`${client}: a token that ends in the middle of a turn is replaced by the new one`, () =>
    withLogins(async (person) => {
      const env = await connect(person, client)
      const old = await tokenNow(person, client)
      person.double.answerNext(turnPathOf(client), async (_, proper) => {
        await replaceToken(person, client)
        return proper()
      })
      const first = await person.turn(client, env)
      const renewed = await tokenNow(person, client)
      expect(renewed).not.toBe(old)
      if (client === 'pi') {
        // It asks for a token with every request and repeats none: this turn fails, and says so, and the next one is answered.
        expect(first.code).toBe(1)
        expect(first.stderr).toContain('401')
        expectAnswer(await person.turn(client, env), renewed)
      } else {
        expectAnswer(first, renewed)
      }
      expect(tokensAt(person, client)).toEqual([old, renewed])
    }))

  test.concurrent(`${client}: without a broker the turn fails with what to do, where the program shows that`, () =>
    withLogins(async (person) => {
      const env = await connect(person, client)
      await person.daemon.stop()
      // Codex asks for the models without any token then, which is not the broker's doing.
      person.double.answerAlways('/v1/models', { status: 401 })
      const { code, stdout, stderr } = await person.turn(client, env)
      expect(code).not.toBe(0)
      if (client === 'codex' || client === 'claude')
        expect(stdout + stderr).toMatch(/tokentray: No TokenTray is running .* Start the tray app/)
      expect(tokensAt(person, client).filter(Boolean)).toEqual([])
    }))
}

test('claude: beside the login of a plan, a helper that names the key prints the key', () =>
  withPerson(async (person) => {
    await signInTo(person, 'anthropic')
    const key = await addKey(person, 'anthropic', 'sk-ant-api03-')
    const helper = { apiKeyHelper: 'tokentray token anthropic:key --client claude-code' }
    const env = { DISABLE_TELEMETRY: '1', ANTHROPIC_BASE_URL: person.double.origin }
    await writeSettings(person, '.claude/settings.json', JSON.stringify({ env, ...helper }))
    expectAnswer(await person.turn('claude'), key)
    expect(tokensAt(person, 'claude')).toEqual([key])
  }))

test('twelve turns at once on a login that has expired cost one refresh, and all are answered', () =>
  withLogins(async (person) => {
    const { double } = person
    for (const client of ['claude', 'codex', 'pi'] as const) await connect(person, client)
    const [old, before] = [await tokenNow(person, 'codex'), double.count(chatgptTokens)]
    double.refuseAccess(old)
    await person.advance(3_700)
    const started = (['claude', 'codex', 'pi'] as const).flatMap((client) =>
      Array.from({ length: 4 }, async () => ({ client, ended: await person.turn(client) })),
    )
    for (const { client, ended } of await Promise.all(started)) expectAnswer(ended, await tokenNow(person, client))
    expect(double.count(chatgptTokens) - before).toBe(1)
    expect(double.refusals).toEqual([])
  }))
