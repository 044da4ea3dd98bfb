/**
 * What the plugin does, as it stands in the file of OpenCode below `command` and above what is exported. It is text and not a function of this
 * program, because OpenCode runs it without TokenTray beside it: it may use nothing but what Bun has.
 */
export const pluginBody = String.raw`
/** Headers that carry a credential; an API that gets two of them refuses both. */
const credentialHeaders = ['authorization', 'x-api-key', 'api-key']
const planPath = '/backend-api/codex'

/** A fresh token, as the command prints it. "rejected" is the beginning of the SHA-256 of one that the API refused. */
function ask(selector, rejected, signal) {
  const [file, ...words] = command
  const wish = ['token', selector, '--format', 'json', '--client', 'opencode']
  const args = [...words, ...wish, ...(rejected === undefined ? [] : ['--rejected', rejected])]
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const child = execFile(file, args, { windowsHide: true }, (error, stdout, stderr) => {
      signal?.removeEventListener('abort', end)
      if (signal?.aborted) reject(signal.reason)
      else if (error) reject(failure(error, stderr))
      else readToken(stdout, resolve, reject)
    })
    const end = () => {
      child.kill()
      reject(signal.reason)
    }
    signal?.addEventListener('abort', end, { once: true })
    child.stdin?.end()
  })
}

/** What the command says is one line that tells what to do. */
function failure(error, stderr) {
  if (error.code === 'ENOENT') return new Error('tokentray: ' + command[0] + ' is not there. Run "tokentray connect opencode" again.')
  const line = String(stderr).split('\n').find((each) => each.startsWith('tokentray: '))
  return new Error(line ?? 'tokentray: The command for a token failed. Run "tokentray doctor" to see why.')
}

function readToken(text, resolve, reject) {
  try {
    const token = JSON.parse(text)
    if (typeof token.access_token !== 'string' || token.access_token === '') throw new Error()
    resolve(token)
  } catch {
    reject(new Error('tokentray: The answer is no token. Run "tokentray doctor" to see why.'))
  }
}

/** Where a request goes with a token. OpenCode builds the address on "base"; every other address would not be the provider's. */
function placeOf(url, base, token) {
  if (url.startsWith(base + '/')) return (token.base_url ?? base).replace(/\/$/, '') + url.slice(base.length)
  throw new Error('tokentray: A token for ' + base + ' is not sent to ' + new URL(url).origin + '. Take that address out of opencode.json.')
}

/** A key goes into a header of its own at Anthropic, and OpenCode cannot use the token of a Claude plan. */
function headerOf(token, { id }) {
  if (token.token_header !== undefined) return [token.token_header, token.access_token]
  if (id !== 'anthropic') return ['authorization', token.token_type + ' ' + token.access_token]
  if (token.variable === 'ANTHROPIC_API_KEY') return ['x-api-key', token.access_token]
  throw new Error('tokentray: This account of Anthropic is a plan, and OpenCode takes API keys only. Add one with "tokentray add anthropic".')
}

function headersOf(token, connection, input, init) {
  const headers = new Headers(init.headers ?? (input instanceof Request ? input.headers : undefined))
  for (const name of credentialHeaders) headers.delete(name)
  for (const [name, value] of Object.entries(token.headers ?? {})) {
    const own = name.toLowerCase() === 'anthropic-beta' ? headers.get(name) : null
    headers.set(name, own === null ? value : [...new Set((own + ',' + value).split(',').map((each) => each.trim()))].join(','))
  }
  headers.set(...headerOf(token, connection))
  if (connection.id === 'github-copilot') addCopilotHeaders(headers, init.body)
  return headers
}

function parsed(body) {
  try {
    return typeof body === 'string' ? JSON.parse(body) : undefined
  } catch {
    return undefined
  }
}

/** GitHub counts a request of the person, and not each step that a tool takes after it. */
function addCopilotHeaders(headers, body) {
  const value = parsed(body)
  const items = value?.messages ?? value?.input
  if (!Array.isArray(items)) return
  const { role, content } = items.at(-1) ?? {}
  const isResult = Array.isArray(content) && content.length > 0 && content.every((part) => part.type === 'tool_result')
  if (!headers.has('x-initiator')) headers.set('x-initiator', role === 'user' && !isResult ? 'user' : 'agent')
  headers.set('openai-intent', 'conversation-edits')
  if (/"type":"(image|image_url|input_image)"/.test(body)) headers.set('copilot-vision-request', 'true')
}

const isPlan = (token) => token.base_url?.replace(/\/$/, '').endsWith(planPath) === true

/** The backend of a ChatGPT plan takes the system's words as instructions, keeps nothing, and sets its own limits. */
function bodyFor(token, body) {
  const value = isPlan(token) ? parsed(body) : undefined
  if (!Array.isArray(value?.input)) return body
  const { max_output_tokens, temperature, top_p, instructions, input, ...others } = value
  const isSystem = (item) => item.role === 'developer' || item.role === 'system'
  const said = input.filter(isSystem).map(({ content }) => (typeof content === 'string' ? content : content.map((part) => part.text).join('\n')))
  const all = [instructions, ...said].filter(Boolean).join('\n') || 'Help the user.'
  return JSON.stringify({ ...others, store: false, instructions: all, input: input.filter((item) => !isSystem(item)) })
}

/** Whether the body is all there. A stream is gone after it was sent, and so is that of a Request. */
function canBeSentAgain(input, { body }) {
  if (body === undefined || body === null) return !(input instanceof Request) || input.body === null
  return !(body instanceof ReadableStream) && body[Symbol.asyncIterator] === undefined
}

/** No redirect is followed: some of the headers would go along to the other place. */
async function withoutRedirect(response) {
  if (response.status < 300 || response.status > 399 || !response.headers.has('location')) return response
  await response.body?.cancel()
  throw new Error('tokentray: The provider redirects a request, and the token is not sent after it. Try again later.')
}

/** A fetch that puts a fresh token into each request, and answers a 401 with a newer token and the same request once. */
function fetchOf(connection) {
  /** A token that was refused where the request could not be sent again, and one that was refused although it was new. */
  let refused
  let unhelped
  const digest = (token) => createHash('sha256').update(token).digest('hex').slice(0, 16)
  return async (input, init = {}) => {
    const signal = init.signal ?? (input instanceof Request ? input.signal : undefined)
    const url = new URL(input instanceof Request ? input.url : input).href
    const send = async (token) => {
      const place = placeOf(url, connection.base, token)
      const headers = headersOf(token, connection, input, init)
      const body = init.body === undefined ? {} : { body: bodyFor(token, init.body) }
      const request = input instanceof Request ? new Request(place, input) : place
      return withoutRedirect(await fetch(request, { ...init, ...body, headers, redirect: 'manual' }))
    }
    const asked = refused
    refused = undefined
    const token = await ask(connection.selector, asked, signal)
    const response = await send(token)
    if (response.status !== 401) unhelped = undefined
    const rejected = digest(token.access_token)
    if (response.status !== 401 || rejected === unhelped) return response
    if (!canBeSentAgain(input, init)) {
      refused = rejected
      return response
    }
    const newer = await ask(connection.selector, rejected, signal).catch(async (error) => {
      await response.body?.cancel()
      throw error
    })
    if (newer.access_token === token.access_token) return response
    await response.body?.cancel()
    const second = await send(newer)
    if (second.status === 401) unhelped = digest(newer.access_token)
    return second
  }
}

/** Whether the backend of a ChatGPT plan has the model: from 5.4 on, without those that only the API has. */
function isOfPlan(name) {
  const version = /^gpt-(\d+(?:\.\d+)?)/.exec(name)?.[1]
  return ['gpt-5.4', 'gpt-5.4-mini', 'gpt-5.3-codex-spark'].includes(name) || Number(version) > 5.4
}

/** The models that the account has. Where the broker does not say what account it is, all are shown. */
async function modelsOf(selector, models) {
  const token = await ask(selector, undefined, AbortSignal.timeout(3000)).catch(() => ({}))
  if (!isPlan(token)) return models
  const free = { input: 0, output: 0, cache: { read: 0, write: 0 } }
  const kept = Object.entries(models).filter(([id, model]) => isOfPlan(model.api?.id ?? id))
  return Object.fromEntries(kept.map(([id, model]) => [id, { ...model, cost: free }]))
}

/** OpenCode asks for changes to its settings before it looks at its providers. Nothing of that is written to a file. */
const connect = (connection) => async ({ client } = {}) => ({
  config: async (settings) => {
    const { id, address } = connection
    const own = settings.provider?.[id]?.options ?? {}
    if (own.baseURL !== undefined) {
      const message = 'opencode.json leads ' + id + ' to another address, which gets no token of TokenTray.'
      await client?.app?.log({ body: { service: 'tokentray', level: 'warn', message } })
      return
    }
    // OpenCode asks for a key before it sends anything. This is none, and the fetch takes it out.
    const options = { ...own, ...(address === undefined ? {} : { baseURL: address }), apiKey: 'tokentray', fetch: fetchOf(connection) }
    settings.provider = { ...settings.provider, [id]: { ...settings.provider?.[id], options } }
  },
  ...(connection.id === 'openai'
    ? { provider: { id: 'openai', models: (provider) => modelsOf(connection.selector, provider.models) } }
    : {}),
})
`
