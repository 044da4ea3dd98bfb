// The plugin for OpenCode against a real broker, and against commands and servers that misbehave. The real OpenCode runs it in
// test/clients/opencode.test.ts.
import { describe, expect, test } from 'vitest'
import { openCodeConnections } from '../../../src/integrations/connections/opencode-plugin.ts'
import { modelApis, turnPaths } from '../../clients/upstream.ts'
import { addKey } from '../../daemon/add-key.ts'
import { signIn, tokenOf } from '../../daemon/practice-login.ts'
import { program, type RunningDaemon, withDaemon } from '../../daemon/running-daemon.ts'
import { type DoubleRequest, type ProviderDouble, withProviderDouble } from '../../providers/double/index.ts'
import { type LoadedPlugin, withPlugin } from './loaded-plugin.ts'

const connections = openCodeConnections(['openai-codex', 'anthropic', 'github-copilot'])
const responses = 'https://api.openai.com/v1/responses'
const refreshPath = '/oauth/token'
const said = { model: 'gpt-5.5', max_output_tokens: 9, temperature: 1, store: true, stream: true }
const turn = JSON.stringify({
  ...said,
  input: [
    { role: 'developer', content: 'Be brief.' },
    { role: 'system', content: [{ type: 'input_text', text: 'Be kind.' }] },
    { role: 'user', content: 'hi' },
  ],
})
const post = (body: BodyInit, more: RequestInit = {}): RequestInit => ({ method: 'POST', body, ...json, ...more })
const json = { headers: { 'content-type': 'application/json', authorization: 'Bearer tokentray', 'x-api-key': 'tokentray' } }

interface Scene {
  readonly plugin: LoadedPlugin
  readonly daemon: RunningDaemon
  readonly double: ProviderDouble
}

const withBroker = (body: (scene: Scene) => Promise<void>) =>
  withProviderDouble({ further: [modelApis] }, (double) =>
    withDaemon({ TOKENTRAY_UPSTREAM: double.origin }, (daemon) => {
      const command = ['env', `TOKENTRAY_HOME=${daemon.home}`, process.execPath, program]
      return withPlugin({ connections, command }, (plugin) => body({ plugin, daemon, double }))
    }),
  )

const withPlan = (body: (scene: Scene) => Promise<void>) =>
  withBroker(async (scene) => {
    await signIn(scene.daemon, { provider: 'openai-codex', approve: scene.double.approve })
    await body(scene)
  })

const turnsAt = ({ requests }: ProviderDouble) => requests.filter(({ path }) => path === turnPaths.codex)
const bearersAt = (double: ProviderDouble) => turnsAt(double).map(({ headers }) => headers.authorization?.slice(7))

describe.concurrent('a request of OpenCode', () => {
  test('goes to the backend of the plan, in the form that it takes, with no other credential', () =>
    withPlan(async ({ plugin, daemon, double }) => {
      const send = await plugin.fetchOf('openai')
      const response = await send(responses, post(turn))
      expect(response.status).toBe(200)
      expect(await response.text()).toContain('response.completed')
      const { headers, body } = turnsAt(double)[0] as DoubleRequest
      expect(headers.authorization).toBe(`Bearer ${await tokenOf(daemon, 'openai-codex')}`)
      expect(headers['chatgpt-account-id']).toBe(double.person.workspace)
      expect(headers['x-api-key']).toBeUndefined()
      const input = [{ role: 'user', content: 'hi' }]
      expect(body).toEqual({ model: 'gpt-5.5', stream: true, store: false, instructions: 'Be brief.\nBe kind.', input })
    }))

  test('goes to the API of the platform as it is, when the broker has a key', () =>
    withBroker(async ({ plugin, daemon, double }) => {
      const key = await addKey({ daemon, double }, 'openai-codex', 'sk-')
      const send = await plugin.fetchOf('openai')
      expect((await send(new URL(responses), post(turn))).status).toBe(200)
      const sent = double.requests.find(({ path }) => path === turnPaths.responses)
      expect(sent).toMatchObject({ headers: { authorization: `Bearer ${key}` }, body: JSON.parse(turn) })
    }))

  test('carries a key of Anthropic in its own header, beside the wishes of OpenCode', () =>
    withBroker(async ({ plugin, daemon, double }) => {
      const key = await addKey({ daemon, double }, 'anthropic', 'sk-ant-api03-')
      const send = await plugin.fetchOf('anthropic')
      const headers = { ...json.headers, 'anthropic-beta': 'interleaved-thinking-2025-05-14' }
      expect((await send('https://api.anthropic.com/v1/messages', { ...post('{"messages":[]}'), headers })).status).toBe(200)
      const sent = double.requests.find(({ path }) => path === turnPaths.messages)?.headers
      expect(sent).toMatchObject({ 'x-api-key': key, 'anthropic-beta': 'interleaved-thinking-2025-05-14' })
      expect(sent?.authorization).toBeUndefined()
    }))

  test('takes no token of a Claude plan, which it could not use', () =>
    withBroker(async ({ plugin, daemon, double }) => {
      await signIn(daemon, { provider: 'anthropic', approve: double.approve })
      const send = await plugin.fetchOf('anthropic')
      const sending = send('https://api.anthropic.com/v1/messages', post('{"messages":[]}'))
      await expect(sending).rejects.toThrow(/^tokentray: .*plan.*API keys only\. .*`?tokentray add anthropic/)
      expect(double.count(turnPaths.messages)).toBe(0)
    }))
})

describe.concurrent('a token that the API refuses', () => {
  test('is renewed once, and the same request is answered', () =>
    withPlan(async ({ plugin, daemon, double }) => {
      const old = await tokenOf(daemon, 'openai-codex')
      const before = double.count(refreshPath)
      double.refuseAccess(old)
      const send = await plugin.fetchOf('openai')
      const all = await Promise.all(Array.from({ length: 4 }, () => send(responses, post(turn))))
      expect(all.map(({ status }) => status)).toEqual([200, 200, 200, 200])
      expect(double.count(refreshPath) - before).toBe(1)
      const renewed = await tokenOf(daemon, 'openai-codex')
      expect(new Set(bearersAt(double))).toEqual(new Set([old, renewed]))
      expect(new Set(turnsAt(double).map(({ body }) => JSON.stringify(body))).size).toBe(1)
    }))

  test('although it is new is not renewed again and again', () =>
    withPlan(async ({ plugin, double }) => {
      double.answerAlways(turnPaths.codex, { status: 401, body: { error: 'no' } })
      const before = double.count(refreshPath)
      const send = await plugin.fetchOf('openai')
      for (let turns = 0; turns < 3; turns += 1) expect((await send(responses, post(turn))).status).toBe(401)
      expect(double.count(refreshPath) - before).toBe(1)
      expect(turnsAt(double)).toHaveLength(4)
    }))

  test('with a body that is gone is told to OpenCode, and the next request has a newer one', () =>
    withPlan(async ({ plugin, daemon, double }) => {
      const old = await tokenOf(daemon, 'openai-codex')
      // The broker would notice by its own check that the token has ended, and the request would have a newer one at once.
      double.answerAlways('/backend-api/wham/usage', { status: 200, body: {} })
      const send = await plugin.fetchOf('openai')
      const stream = () => new Blob([turn]).stream()
      const request = () => new Request(responses, post(stream(), { duplex: 'half' } as RequestInit))
      for (const first of [() => send(request()), () => send(responses, post(stream(), { duplex: 'half' } as RequestInit))]) {
        const held = await tokenOf(daemon, 'openai-codex')
        double.refuseAccess(held)
        const before = turnsAt(double).length
        expect((await first()).status).toBe(401)
        expect((await send(responses, post(turn))).status).toBe(200)
        expect(bearersAt(double).slice(before)).toEqual([held, await tokenOf(daemon, 'openai-codex')])
      }
      expect(await tokenOf(daemon, 'openai-codex')).not.toBe(old)
    }))
})

describe.concurrent('a failure is one line that says what to do', () => {
  test('without a login, without a broker', () =>
    withBroker(async ({ plugin, daemon }) => {
      const send = await plugin.fetchOf('openai')
      await expect(send(responses, post(turn))).rejects.toThrow(/^tokentray: [^\n]*`tokentray login openai-codex`[^\n]*$/)
      await daemon.stop()
      await expect(send(responses, post(turn))).rejects.toThrow(/^tokentray: No TokenTray is running [^\n]*$/)
    }))
})

test('OpenCode shows the models of the plan, and all where nobody says what account it is', () =>
  withPlan(async ({ plugin, daemon }) => {
    const names = [
      'gpt-4o',
      'gpt-5',
      'gpt-5.3-codex',
      'gpt-5.3-codex-spark',
      'gpt-5.4',
      'gpt-5.4-nano',
      'gpt-5.5',
      'gpt-6-sol',
      'o3',
    ]
    const models = {
      ...Object.fromEntries(names.map((id) => [id, { api: { id }, cost: { input: 1 } }])),
      fast: { api: { id: 'gpt-5.4' } },
    }
    const hook = plugin.hooks.flatMap(({ provider }) => provider ?? [])
    expect(hook.map(({ id }) => id)).toEqual(['openai'])
    const kept = await hook[0]?.models({ models })
    expect(Object.keys(kept ?? {})).toEqual(['gpt-5.3-codex-spark', 'gpt-5.4', 'gpt-5.5', 'gpt-6-sol', 'fast'])
    expect(kept?.['gpt-5.5']?.cost).toEqual({ input: 0, output: 0, cache: { read: 0, write: 0 } })
    await daemon.stop()
    expect(await hook[0]?.models({ models })).toEqual(models)
  }))
