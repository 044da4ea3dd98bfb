// The APIs that models answer at, beside the sign-in servers of the double: OpenAI's Responses and Chat Completions, the backend of
// Codex, and Anthropic's Messages. A token is good there only while it is good at the sign-in server that issued it.
import { type Answer, type DoubleRequest, fault, good, refusal } from '../providers/double/answer.ts'
import { anthropicError } from '../providers/double/anthropic.ts'
import { bearerOf, type ProviderName } from '../providers/double/grants.ts'
import type { Ground, Server } from '../providers/double/ground.ts'
import { openaiError } from '../providers/double/openai-codex.ts'
import { fingerprintOf } from './fingerprint.ts'

/** The paths at which a turn of a conversation is answered. */
export const turnPaths = {
  responses: '/v1/responses',
  completions: '/v1/chat/completions',
  messages: '/v1/messages',
  codex: '/backend-api/codex/responses',
  copilot: '/copilot-api/chat/completions',
} as const

/** Every turn is answered with the fingerprint of the token that came with it, so that a test sees which token a program used. */
export const answerText = (token: string) => `answered ${fingerprintOf(token)}`

export function modelApis(ground: Ground): Server {
  const turn =
    (take: (ground: Ground, request: DoubleRequest) => string, write: (text: string, streams: boolean) => Answer) =>
    (request: DoubleRequest): Answer =>
      write(answerText(take(ground, request)), typeof request.body === 'object' && request.body.stream === true)
  return {
    routes: {
      [turnPaths.responses]: turn(takeOpenai, writeResponse),
      [turnPaths.completions]: turn(takeOpenai, writeCompletion),
      [turnPaths.messages]: turn(takeAnthropic, writeMessage),
      [turnPaths.codex]: turn(takeCodex, writeResponse),
      [turnPaths.copilot]: turn(takeCopilot, writeCompletion),
      '/backend-api/codex/models': (request) => {
        takeCodex(ground, request)
        return good({ models: [] })
      },
    },
  }
}

/** The token of a request; throws a refusal when it is not good. */
function takeOpenai(ground: Ground, request: DoubleRequest): string {
  const token = bearerOf(request)
  if (token !== undefined && (ground.apiKeys.has(token) || isGood(ground, 'chatgpt', token))) return token
  throw refusal('openai: a turn without a good token.', openaiError(401, 'invalid_api_key', 'Incorrect API key provided.'))
}

function takeCodex(ground: Ground, request: DoubleRequest): string {
  const token = bearerOf(request)
  if (token !== undefined && isGood(ground, 'openai-codex', token)) return token
  throw refusal('openai-codex: a turn without a good token.', openaiError(401, 'token_expired', 'The token is expired.'))
}

/** GitHub counts a request of the person, so that each has to say whether it is one, and knows an editor by its headers. */
function takeCopilot(ground: Ground, request: DoubleRequest): string {
  const token = bearerOf(request)
  const { 'x-initiator': initiator } = request.headers
  if (initiator !== 'user' && initiator !== 'agent') throw fault('github-copilot: a turn that does not say who began it.')
  for (const name of ['editor-version', 'copilot-integration-id'])
    if (!request.headers[name]) throw fault(`github-copilot: a turn without ${name}.`)
  if (token !== undefined && isGood(ground, 'github-copilot', token)) return token
  throw refusal('github-copilot: a turn without a good token.', { status: 401, body: 'unauthorized: token expired' })
}

/**
 * Claude Code sends the key that its helper prints as a bearer token as well, so that both have to agree. The token of a plan goes as a
 * bearer token alone, and is marked as one.
 */
function takeAnthropic(ground: Ground, request: DoubleRequest): string {
  const { 'x-api-key': key, 'anthropic-beta': betas = '' } = request.headers
  const bearer = bearerOf(request)
  if (key !== undefined && ground.apiKeys.has(key) && (bearer === undefined || bearer === key)) return key
  const isPlan = bearer !== undefined && key === undefined && betas.split(/,\s*/).includes('oauth-2025-04-20')
  if (isPlan && isGood(ground, 'anthropic', bearer)) return bearer
  throw refusal('anthropic: a turn without a good key.', anthropicError(401, 'authentication_error', 'invalid x-api-key'))
}

function isGood(ground: Ground, provider: ProviderName, token: string): boolean {
  return ground.grants.ownerOf(token) === provider && ground.grants.findAccess(provider, token) !== undefined
}

type Event = Readonly<Record<string, unknown>> & { readonly type: string }

const stream = (text: string): Answer => ({ status: 200, body: text, headers: { 'content-type': 'text/event-stream' } })
const named = (events: readonly Event[]) =>
  stream(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''))

const usage = {
  input_tokens: 5,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 2,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 7,
}

function writeResponse(text: string, streams: boolean): Answer {
  const part = { type: 'output_text', text, annotations: [] }
  const item = { id: 'msg_1', type: 'message', status: 'completed', role: 'assistant', content: [part] }
  const common = { id: 'resp_1', object: 'response', created_at: 1, model: 'gpt-5', parallel_tool_calls: true, tools: [] }
  const begun = { ...common, status: 'in_progress', output: [], usage: null }
  const response = { ...common, status: 'completed', output: [item], usage }
  if (!streams) return good(response)
  const place = { output_index: 0, content_index: 0, item_id: 'msg_1' }
  const events: Event[] = [
    { type: 'response.created', response: begun },
    { type: 'response.in_progress', response: begun },
    { type: 'response.output_item.added', output_index: 0, item: { ...item, status: 'in_progress', content: [] } },
    { type: 'response.content_part.added', ...place, part: { ...part, text: '' } },
    { type: 'response.output_text.delta', ...place, delta: text },
    { type: 'response.output_text.done', ...place, text },
    { type: 'response.content_part.done', ...place, part },
    { type: 'response.output_item.done', output_index: 0, item },
    { type: 'response.completed', response },
  ]
  return named(events.map((event, index) => ({ ...event, sequence_number: index })))
}

/** An answer of OpenAI's Responses that has the program run one of its tools. */
export function callTool(name: string, args: object): Answer {
  const call = {
    id: 'fc_1',
    type: 'function_call',
    call_id: 'call_1',
    name,
    arguments: JSON.stringify(args),
    status: 'completed',
  }
  const common = { id: 'resp_0', object: 'response', created_at: 1, model: 'gpt-5', parallel_tool_calls: true, tools: [] }
  const events: Event[] = [
    { type: 'response.created', response: { ...common, status: 'in_progress', output: [], usage: null } },
    { type: 'response.output_item.added', output_index: 0, item: { ...call, arguments: '', status: 'in_progress' } },
    { type: 'response.function_call_arguments.delta', output_index: 0, item_id: call.id, delta: call.arguments },
    { type: 'response.function_call_arguments.done', output_index: 0, item_id: call.id, arguments: call.arguments },
    { type: 'response.output_item.done', output_index: 0, item: call },
    { type: 'response.completed', response: { ...common, status: 'completed', output: [call], usage } },
  ]
  return named(events.map((event, index) => ({ ...event, sequence_number: index })))
}

function writeCompletion(text: string, streams: boolean): Answer {
  const usage = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 }
  const common = { id: 'chatcmpl_1', created: 1, model: 'gpt-5' }
  const message = { role: 'assistant', content: text }
  if (!streams) {
    return good({ ...common, object: 'chat.completion', choices: [{ index: 0, message, finish_reason: 'stop' }], usage })
  }
  const chunk = (delta: object, finish: string | null) => ({
    ...common,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason: finish }],
    ...(finish === null ? {} : { usage }),
  })
  const chunks = [chunk(message, null), chunk({}, 'stop')]
  return stream(`${chunks.map((each) => `data: ${JSON.stringify(each)}\n\n`).join('')}data: [DONE]\n\n`)
}

function writeMessage(text: string, streams: boolean): Answer {
  const usage = { input_tokens: 5, output_tokens: 2 }
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-opus-5', stop_sequence: null }
  if (!streams) return good({ ...message, content: [{ type: 'text', text }], stop_reason: 'end_turn', usage })
  return named([
    { type: 'message_start', message: { ...message, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 2 } },
    { type: 'message_stop' },
  ])
}
