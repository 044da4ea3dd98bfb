// Turns of the SDKs of OpenAI and Anthropic, as a program of a person makes them: the token comes from `tokentray token` before each
// request. Arguments: the SDK, the base URL, how many turns at once. Prints one answer a line.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'

const [sdk, baseURL, count] = process.argv.slice(2)
const tokentray = async (...args) => (await promisify(execFile)('tokentray', ['token', ...args])).stdout.trim()
const content = 'say hi'

/** @type {Record<string, () => Promise<() => Promise<string>>>} */
const sdks = {
  openai: async () => {
    const { OpenAI } = await import('openai')
    const client = new OpenAI({ baseURL: `${baseURL}/v1`, apiKey: () => tokentray('chatgpt') })
    return async () => (await client.responses.create({ model: 'gpt-5', input: content })).output_text
  },
  anthropic: async () => {
    const { Anthropic } = await import('@anthropic-ai/sdk')
    const client = new Anthropic({ baseURL, credentials })
    const messages = [{ role: 'user', content }]
    return async () => (await client.messages.create({ model: 'claude-opus-5', max_tokens: 9, messages })).content[0].text
  },
}

let last = ''

/** The contract of the SDK: it asks with `forceRefresh` after a 401, and the broker is told which token that was. */
async function credentials({ forceRefresh } = {}) {
  const rejected = forceRefresh ? ['--rejected', createHash('sha256').update(last).digest('hex')] : []
  const { access_token: token, expires_at: expiresAt } = JSON.parse(await tokentray('anthropic', '--json', ...rejected))
  last = token
  return { token, expiresAt }
}

const turn = await sdks[sdk]()
const answers = await Promise.all(Array.from({ length: Number(count) }, turn))
console.log(answers.join('\n'))
