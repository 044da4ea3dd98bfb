// The list of models, which OpenAI, ChatGPT, Anthropic and xAI have at one path: the token says who is asked.
import { type Answer, type DoubleRequest, fault, good, refusal } from './answer.ts'
import { anthropicError, takePlanToken } from './anthropic.ts'
import { bearerOf } from './grants.ts'
import type { Ground, Server } from './ground.ts'
import { openaiError } from './openai-codex.ts'
import { requireGet } from './parameters.ts'

export function models(ground: Ground): Server {
  return { routes: { '/v1/models': (request) => ask(ground, request) } }
}

function ask(ground: Ground, request: DoubleRequest): Answer {
  requireGet('models', request)
  const { headers } = request
  const token = bearerOf(request) ?? ''
  const isAnthropic = ['x-api-key', 'anthropic-version', 'anthropic-beta'].some((name) => headers[name] !== undefined)
  if (isAnthropic || token.startsWith('sk-ant-')) return askAnthropic(ground, request)
  if (token.startsWith('xai-') || ground.grants.ownerOf(token) === 'xai') return askXai(ground, token)
  return askOpenai(ground, token)
}

function askAnthropic(ground: Ground, request: DoubleRequest): Answer {
  const { 'anthropic-version': version, 'x-api-key': key, authorization } = request.headers
  if (version !== '2023-06-01') {
    const answer = anthropicError(400, 'invalid_request_error', 'anthropic-version: header is required')
    throw fault('anthropic: anthropic-version is not 2023-06-01.', answer)
  }
  const unknown = anthropicError(401, 'authentication_error', 'invalid x-api-key')
  if (key === undefined) takePlanToken(ground, request)
  else if (authorization !== undefined) throw fault('anthropic: x-api-key and authorization were sent together.')
  else if (ground.setupTokens.has(key) || ground.grants.ownerOf(key) !== undefined || !key.startsWith('sk-ant-')) {
    throw fault('anthropic: what was sent as x-api-key is no API key of Anthropic.', unknown)
  } else if (!ground.apiKeys.has(key)) throw refusal('anthropic: the API key is not good.', unknown)
  return good({ data: [{ type: 'model', id: 'claude-opus-5', display_name: 'Claude Opus 5' }], has_more: false })
}

/** The status is not 401, and it is about the token all the same. */
function askXai(ground: Ground, token: string): Answer {
  if (ground.apiKeys.has(token) || ground.grants.findAccess('xai', token) !== undefined) {
    return good({ object: 'list', data: [{ id: 'grok-5', object: 'model', owned_by: 'xai' }] })
  }
  const message = 'The OAuth2 access token could not be validated.'
  throw refusal('xai: the access token is not good.', { status: 403, body: { error: 'bad-credentials', message } })
}

function askOpenai(ground: Ground, token: string): Answer {
  const missing = openaiError(401, 'missing_api_key', 'You did not provide an API key.')
  if (token === '') throw fault('openai-codex: the models were asked for without a key.', missing)
  const owner = ground.grants.ownerOf(token)
  if (owner === 'openai-codex') {
    const answer = openaiError(401, 'insufficient_permissions', 'Missing scopes: api.model.read, api.responses.write')
    throw fault('openai-codex: a token of the plan was sent to the API of the platform.', answer)
  }
  if (owner === undefined && token.startsWith('sk-or-')) {
    throw fault(
      'openai-codex: it was sent a key of OpenRouter.',
      openaiError(401, 'invalid_api_key', 'Incorrect API key provided.'),
    )
  }
  const grant = owner === undefined ? undefined : ground.grants.findAccess('chatgpt', token)
  if (grant?.scope.includes('chatgpt.tokens.use.direct')) {
    return good({ models: [{ slug: 'gpt-5.5', display_name: 'GPT-5.5', visibility: 'list' }] })
  }
  if (grant !== undefined) {
    const answer = openaiError(403, 'chatpass_v2_scope_not_authorized', 'The plan is not shared with this app.')
    throw refusal('chatgpt: the plan is not shared with this app.', answer)
  }
  if (ground.apiKeys.has(token)) return good({ object: 'list', data: [{ id: 'gpt-5.5', object: 'model', owned_by: 'openai' }] })
  const which = owner ?? 'openai-codex'
  throw refusal(`${which}: the token or key is not good.`, openaiError(401, 'invalid_api_key', 'Incorrect API key provided.'))
}
