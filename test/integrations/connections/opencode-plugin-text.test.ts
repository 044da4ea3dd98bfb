// The plugin for OpenCode with commands and servers that misbehave, and what it does to the settings.
import { describe, expect, test } from 'vitest'
import {
  type OpenCodeConnection,
  openCodeConnections,
  openCodePlugin,
} from '../../../src/integrations/connections/opencode-plugin.ts'
import { openCodePluginFile } from '../../../src/integrations/opencode.ts'
import { startMockApi } from '../../client/mock-api.ts'
import { withPlugin } from './loaded-plugin.ts'

const responses = 'https://api.openai.com/v1/responses'
const turn = JSON.stringify({ model: 'gpt-5.5', input: [{ role: 'user', content: 'hi' }] })
const post = (body: string, more: RequestInit = {}): RequestInit => ({ method: 'POST', body, ...more })
const openai: readonly OpenCodeConnection[] = [{ provider: 'openai', selector: 'openai-codex' }]

/** A command that prints what a test wants. */
const printing = (answer: object | string) => [
  'sh',
  '-c',
  `printf %s '${typeof answer === 'string' ? answer : JSON.stringify(answer)}'`,
]

describe.concurrent('a request that ends early', () => {
  test('while the token is asked for, and sends nothing', async () => {
    const command = ['sh', '-c', 'exec sleep 600']
    await withPlugin({ connections: openai, command }, async ({ fetchOf }) => {
      const leaving = new AbortController()
      const sending = (await fetchOf('openai'))(responses, post(turn, { signal: leaving.signal }))
      leaving.abort(new Error('enough'))
      await expect(sending).rejects.toThrow('enough')
      const late = (await fetchOf('openai'))(responses, post(turn, { signal: leaving.signal }))
      await expect(late).rejects.toThrow('enough')
    })
  })

  test('while the answer comes', async () => {
    const api = await startMockApi((_, response) => void response.write('data: 1\n\n'))
    const command = printing(tokenAt(`${api.origin}/v1`))
    await withPlugin({ connections: openai, command }, async ({ fetchOf }) => {
      const leaving = new AbortController()
      const response = await (await fetchOf('openai'))(responses, post(turn, { signal: leaving.signal }))
      const reading = response.text()
      leaving.abort()
      await expect(reading).rejects.toThrow(/abort/i)
    })
    await api.close()
  })
})

const tokenAt = (base: string, more: object = {}) => ({
  access_token: 'secret-1',
  token_type: 'Bearer',
  base_url: base,
  headers: {},
  ...more,
})

describe.concurrent('a token never leaves for another place', () => {
  test.for([
    'https://api.openai.com.example/v1/responses',
    'https://api.openai.com/v1x/responses',
    'https://api.openai.com/v1/../admin',
    'https://api.openai.com@127.0.0.1/v1/responses',
    'http://api.openai.com/v1/responses',
    'http://127.0.0.1:9/v1/responses',
  ])('not for %s', (address) =>
    withPlugin({ connections: openai, command: printing(tokenAt('http://127.0.0.1:9/v1')) }, async ({ fetchOf }) => {
      const sending = (await fetchOf('openai'))(address, post(turn))
      await expect(sending).rejects.toThrow(/^tokentray: A token for .* is not sent to .*\. Take that address out/)
      await expect(sending).rejects.not.toThrow('secret-1')
    }),
  )

  test('not after a redirect', async () => {
    const [there, here] = [
      await startMockApi(),
      await startMockApi((_, response) => void response.writeHead(307, { location: there.origin }).end()),
    ]
    await withPlugin({ connections: openai, command: printing(tokenAt(here.origin)) }, async ({ fetchOf }) => {
      await expect((await fetchOf('openai'))(responses, post(turn))).rejects.toThrow('tokentray: The provider redirects')
      expect(here.requests).toHaveLength(1)
      expect(there.requests).toEqual([])
    })
    await here.close()
    await there.close()
  })
})

describe.concurrent('a command that fails is one line that says what to do', () => {
  test.for([
    [
      'is not there',
      ['/nowhere/tokentray'],
      /^tokentray: \/nowhere\/tokentray is not there\. Run "tokentray connect opencode" again\.$/,
    ],
    ['says nothing', ['sh', '-c', 'exit 3'], /^tokentray: The command for a token failed\. Run "tokentray doctor"/],
    [
      'ends with a stack',
      ['sh', '-c', 'echo "Error: secret\n at x" >&2; exit 1'],
      /^tokentray: The command for a token failed\./,
    ],
    ['prints nothing', ['true'], /^tokentray: The answer is no token\./],
    ['prints a page', printing('<html>'), /^tokentray: The answer is no token\./],
    ['prints null', printing('null'), /^tokentray: The answer is no token\./],
    ['prints another shape', printing({ access_token: { a: 1 } }), /^tokentray: The answer is no token\./],
  ] as const)('one that %s', ([, command, line]) =>
    withPlugin({ connections: openai, command }, async ({ fetchOf }) => {
      await expect((await fetchOf('openai'))(responses, post(turn))).rejects.toThrow(line)
    }),
  )
})

describe('GitHub Copilot', () => {
  const tool = { role: 'tool', content: 'done' }
  const asks = (...items: readonly object[]) => JSON.stringify({ messages: items })
  const result = { role: 'user', content: [{ type: 'tool_result', content: 'done' }] }
  const image = { role: 'user', content: [{ type: 'image_url', image_url: 'data:' }] }
  test.for([
    ['the person', asks({ role: 'user', content: 'hi' }), { 'x-initiator': 'user', 'copilot-vision-request': undefined }],
    ['a tool', asks({ role: 'user', content: 'hi' }, tool), { 'x-initiator': 'agent' }],
    ['a tool, as Anthropic writes it', asks(result), { 'x-initiator': 'agent' }],
    ['a picture', asks(image), { 'x-initiator': 'user', 'copilot-vision-request': 'true' }],
  ] as const)('is told that a request comes from %s', async ([, body, expected]) => {
    const api = await startMockApi()
    const given: readonly OpenCodeConnection[] = [{ provider: 'github-copilot', selector: 'github-copilot' }]
    const command = printing(tokenAt(api.origin, { headers: { 'copilot-integration-id': 'vscode-chat' } }))
    await withPlugin({ connections: given, command }, async ({ fetchOf }) => {
      await (await fetchOf('github-copilot'))('https://api.githubcopilot.com/chat/completions', post(body))
      expect(api.requests[0]).toMatchObject({ url: '/chat/completions', body })
      const { headers = {} } = api.requests[0] ?? {}
      for (const [name, value] of Object.entries(expected)) expect(headers[name]).toBe(value)
      expect(headers).toMatchObject({ authorization: 'Bearer secret-1', 'copilot-integration-id': 'vscode-chat' })
    })
    await api.close()
  })
})

describe('the settings of the person', () => {
  test('stay as they are, besides what connects a provider', () =>
    withPlugin({ connections: openai, command: ['tokentray'] }, async ({ configure, logged }) => {
      const own = { model: 'openai/gpt-5.5', provider: { openai: { whitelist: ['gpt-5.5'], options: { timeout: 1 } }, xai: {} } }
      const after = await configure(structuredClone(own))
      const { fetch, ...options } = after.provider?.openai?.options ?? {}
      expect(fetch).toBeTypeOf('function')
      expect(options).toEqual({ timeout: 1, apiKey: 'tokentray', baseURL: 'https://api.openai.com/v1' })
      expect(after).toMatchObject({ model: own.model, provider: { openai: { whitelist: ['gpt-5.5'] }, xai: {} } })
      expect(logged).toEqual([])
    }))

  test('that lead a provider elsewhere get no token, which is written down', () =>
    withPlugin({ connections: openai, command: ['tokentray'] }, async ({ configure, logged }) => {
      const own = { provider: { openai: { options: { baseURL: 'https://proxy.example/v1', apiKey: 'own' } } } }
      expect(await configure(structuredClone(own))).toEqual(own)
      expect(logged).toEqual(['opencode.json leads openai to another address, which gets no token of TokenTray.'])
    }))
})

describe('the file', () => {
  test('says nothing but what it was given, whatever characters that has', async () => {
    const api = await startMockApi()
    const odd = `quote " tick \` dollar \${1} line\nbreak \\ \u2028`
    const command = [...printing(tokenAt(api.origin)), odd]
    await withPlugin({ connections: [{ provider: 'openai', selector: odd }], command }, async ({ fetchOf }) => {
      expect((await (await fetchOf('openai'))(responses, post(turn))).status).toBe(200)
    })
    await api.close()
  })

  test('has a place beside the settings, and an export for each provider', () => {
    const surroundings = { home: '/home/robin', env: { XDG_CONFIG_HOME: '/other' }, platform: 'linux' } as const
    expect(openCodePluginFile(surroundings)).toBe('/other/opencode/plugins/tokentray.js')
    const text = openCodePlugin({
      connections: openCodeConnections(['anthropic', 'chatgpt', 'github-copilot']),
      command: ['tokentray'],
    })
    expect(text.match(/^export .*$/gm)).toHaveLength(3)
    expect(text.match(/^import .*$/gm)).toEqual([
      "import { execFile } from 'node:child_process'",
      "import { createHash } from 'node:crypto'",
    ])
  })
})

test.for([
  [['openai-codex', 'chatgpt'], ['openai:openai-codex']],
  [
    ['chatgpt', 'anthropic', 'kimi'],
    ['openai:chatgpt', 'anthropic:anthropic'],
  ],
  [['github-copilot'], ['github-copilot:github-copilot']],
  [['kimi'], []],
])('with accounts of %s, OpenCode is connected to %s', ([providers, expected]) => {
  expect(openCodeConnections(providers ?? []).map(({ provider, selector }) => `${provider}:${selector}`)).toEqual(expected)
})
