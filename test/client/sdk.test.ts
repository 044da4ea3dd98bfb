// The SDKs of the providers, with the tokens of tokentray/client, against an API on loopback.

import type { ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { CredentialsFunction } from '../../src/client/library.ts'
import { until } from '../daemon/running-daemon.ts'
import { type LibraryScene, withLibrary } from './library-scene.ts'
import type { ApiRequest } from './mock-api.ts'
import { installSdks, sdkModules } from './sdk-packages.ts'

/** What is used of the SDKs; their own types are not there before they are installed. */
interface AnthropicSdk {
  new (options: {
    credentials: CredentialsFunction
    baseURL: string
    maxRetries?: number
  }): {
    messages: {
      create(request: object): Promise<{ content: readonly { text: string }[] }>
      stream(request: object): AsyncIterable<{ type: string; delta?: { text?: string } }>
    }
  }
}
interface OpenAiSdk {
  new (options: {
    apiKey: () => Promise<string>
    baseURL: string
    maxRetries?: number
    fetch?: typeof fetch
  }): {
    responses: {
      create(request: Record<string, unknown> & { stream: true }): Promise<AsyncIterable<{ type: string; delta?: string }>>
      create(request: object): Promise<{ output_text: string }>
    }
  }
}

let Anthropic: AnthropicSdk
let OpenAi: OpenAiSdk
beforeAll(async () => {
  await installSdks()
  const load = createRequire(join(sdkModules, 'x.js'))
  Anthropic = load('@anthropic-ai/sdk').default
  OpenAi = load('openai').default
}, 180_000)

const words = ['Hello', ' from', ' the', ' API']

/** Answers as the two APIs do. The second half of a stream comes when `goOn` says so. */
function speak({ url, body }: ApiRequest, response: ServerResponse, goOn: Promise<void> = Promise.resolve()): void {
  const anthropic = url.endsWith('/messages')
  if (!(JSON.parse(body) as { stream?: boolean }).stream) {
    response.setHeader('content-type', 'application/json')
    return void response.end(JSON.stringify(anthropic ? anthropicMessage(words.join('')) : openAiResponse(words.join(''))))
  }
  response.setHeader('content-type', 'text/event-stream')
  const say = (type: string, data: object) => response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`)
  const delta = anthropic
    ? (text: string) => say('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })
    : (text: string) => say('response.output_text.delta', { item_id: 'm', output_index: 0, content_index: 0, delta: text })
  if (anthropic) {
    say('message_start', { message: { ...anthropicMessage(''), content: [] } })
    say('content_block_start', { index: 0, content_block: { type: 'text', text: '' } })
  }
  for (const word of words.slice(0, 2)) delta(word)
  void goOn.then(() => {
    for (const word of words.slice(2)) delta(word)
    if (anthropic) {
      say('content_block_stop', { index: 0 })
      say('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 4 } })
      say('message_stop', {})
    } else say('response.completed', { response: openAiResponse(words.join('')) })
    response.end()
  })
}

const anthropicMessage = (text: string) => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'practice',
  content: [{ type: 'text', text }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 1, output_tokens: 4 },
})
const openAiResponse = (text: string) => ({
  id: 'resp_1',
  object: 'response',
  status: 'completed',
  model: 'practice',
  output: [
    {
      id: 'm',
      type: 'message',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text, annotations: [] }],
    },
  ],
})

interface Sdk {
  readonly name: string
  /** A turn of a client of its own for each call of the outer function; answers the text. */
  turns(scene: LibraryScene): { whole(): Promise<string>; streamed(heard: (text: string) => void): Promise<string> }
}

const sdks: readonly Sdk[] = [
  {
    name: '@anthropic-ai/sdk with credentials',
    turns: ({ client, api }) => {
      const anthropic = new Anthropic({ credentials: client.credentials('practice'), baseURL: api.origin, maxRetries: 1 })
      const request = { model: 'practice', max_tokens: 10, messages: [{ role: 'user', content: 'Hi' }] }
      return {
        whole: async () => (await anthropic.messages.create(request)).content.map(({ text }) => text).join(''),
        streamed: async (heard) => {
          let text = ''
          for await (const { delta } of anthropic.messages.stream(request)) {
            text += delta?.text ?? ''
            heard(text)
          }
          return text
        },
      }
    },
  },
  {
    name: 'openai with apiKey and fetch',
    turns: ({ client, api, allowed }) => {
      const apiKey = client.apiKey('practice')
      const openai = new OpenAi({ apiKey, baseURL: `${api.origin}/v1`, maxRetries: 0, fetch: client.fetch('practice', allowed) })
      return {
        whole: async () => (await openai.responses.create({ model: 'practice', input: 'Hi' })).output_text,
        streamed: async (heard) => {
          let text = ''
          for await (const { delta } of await openai.responses.create({ model: 'practice', input: 'Hi', stream: true })) {
            text += delta ?? ''
            heard(text)
          }
          return text
        },
      }
    },
  },
]

describe.concurrent.each(sdks)('$name', ({ turns }) => {
  test('has 20 turns at once, 401 in the middle of the run, and costs one refresh', async () => {
    await withLibrary(
      async (scene) => {
        const { api, client, server } = scene
        const turn = turns(scene)
        expect(await turn.whole()).toBe(words.join(''))
        api.revoked.add((await client.getToken('practice')).accessToken)
        const answers = await Promise.all(Array.from({ length: 20 }, () => turn.whole()))
        expect(new Set(answers)).toEqual(new Set([words.join('')]))
        expect(api.refusals()).toBeGreaterThan(0)
        expect(server.refreshes).toHaveLength(1)
      },
      { answer: speak },
    )
  })

  test('streams its answer after a 401', async () => {
    await withLibrary(
      async (scene) => {
        const turn = turns(scene)
        expect(await turn.streamed(() => {})).toBe(words.join(''))
        scene.api.revoked.add((await scene.client.getToken('practice')).accessToken)
        expect(await turn.streamed(() => {})).toBe(words.join(''))
        expect(scene.api.refusals()).toBe(1)
        expect(scene.server.refreshes).toHaveLength(1)
      },
      { answer: speak },
    )
  })

  test('hears a stream as it comes, also while the token is renewed', async () => {
    let goOn = () => {}
    const released = new Promise<void>((resolve) => {
      goOn = resolve
    })
    await withLibrary(
      async (scene) => {
        const heard: string[] = []
        const { accessToken: rejected } = await scene.client.getToken('practice')
        const streaming = turns(scene).streamed((text) => void heard.push(text))
        await until('the first half', () => heard.includes(words.slice(0, 2).join('')))
        scene.api.revoked.add(rejected)
        await scene.client.getToken('practice', { rejected })
        goOn()
        expect(await streaming).toBe(words.join(''))
        expect(scene.api.requests).toHaveLength(1)
      },
      { answer: (request, response) => speak(request, response, released) },
    )
  })
})

test('openai without the fetch gives the 401 on, and has a good token the next time', async () => {
  await withLibrary(
    async ({ client, api }) => {
      const openai = new OpenAi({ apiKey: client.apiKey('practice'), baseURL: `${api.origin}/v1`, maxRetries: 0 })
      const turn = () => openai.responses.create({ model: 'practice', input: 'Hi' })
      const { accessToken: rejected } = await client.getToken('practice')
      api.revoked.add(rejected)
      await expect(turn()).rejects.toMatchObject({ status: 401 })
      await client.getToken('practice', { rejected })
      expect((await turn()).output_text).toBe(words.join(''))
    },
    { answer: speak },
  )
})
