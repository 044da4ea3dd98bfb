// Requests to the double, each written by hand, so that it can be wrong in every way.
import { createHash, randomBytes } from 'node:crypto'

export const random = () => randomBytes(32).toString('base64url')
export const s256 = (verifier: string) => createHash('sha256').update(verifier).digest('base64url')
export const pkce = (verifier = random()) => ({
  verifier,
  parameters: { response_type: 'code', code_challenge: s256(verifier), code_challenge_method: 'S256', state: random() },
})

export type Members = Readonly<Record<string, string>>
export interface Reply {
  readonly status: number
  readonly type: string
  // biome-ignore lint/suspicious/noExplicitAny: it holds the answers of seven providers.
  readonly body: Record<string, any>
}

export async function ask(url: string, options: RequestInit = {}): Promise<Reply> {
  const response = await fetch(url, options)
  const text = await response.text()
  const type = response.headers.get('content-type') ?? ''
  return { status: response.status, type, body: type.startsWith('application/json') ? JSON.parse(text) : { text } }
}
export const form = (url: string, members: Members, headers: Members = {}) =>
  ask(url, { method: 'POST', body: new URLSearchParams(members), headers: { accept: 'application/json', ...headers } })
export const json = (url: string, members: Members) =>
  ask(url, { method: 'POST', body: JSON.stringify(members), headers: { 'content-type': 'application/json' } })
export const get = (url: string, headers: Members) => ask(url, { headers })
export const page = (double: { readonly origin: string }, path: string, parameters: Members) =>
  `${double.origin}${path}?${new URLSearchParams(parameters)}`
export const claims = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
export const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** The device that Kimi wants to know. */
export const msh = Object.fromEntries(
  ['platform', 'version', 'device-name', 'device-model', 'os-version', 'device-id'].map((name) => [`x-msh-${name}`, 'tokentray']),
)

/** Runs `body` and tells which faults it made. */
export async function faultsOf(double: { readonly faults: readonly string[] }, body: () => unknown): Promise<string> {
  const before = double.faults.length
  await body()
  return double.faults.slice(before).join('\n')
}
