// The parameters of requests, each of which has to be there once, and none besides.
import { type DoubleRequest, fault } from './answer.ts'

/** Any text that is not empty. */
export const anything = /^[\s\S]+$/

/** What a parameter has to be: exactly this text, or a text like this. */
export type Expected = string | RegExp

const types = { form: 'application/x-www-form-urlencoded', json: 'application/json' } as const
export type BodyType = keyof typeof types

/** Values that a sentence may repeat; all others might be secret. */
const isPublic = new Set(['client_id', 'grant_type', 'scope', 'redirect_uri', 'resource', 'token_type_hint', 'response_type'])

const shown = (name: string, value: string): string =>
  isPublic.has(name) ? `${name} is ${JSON.stringify(value)}` : `${name} is wrong`

const fits = (expected: Expected, value: string): boolean =>
  typeof expected === 'string' ? expected === value : expected.test(value)

/** Everything that is wrong with a set of parameters, a sentence each. `entries` may have one name several times. */
export function deviationsOf(
  entries: readonly (readonly [string, unknown])[],
  expected: Readonly<Record<string, Expected>>,
  optional: Readonly<Record<string, Expected>> = {},
): string[] {
  const names = entries.map(([name]) => name)
  const twice = names.filter((name, at) => names.indexOf(name) !== at).map((name) => `${name} is there twice`)
  const missing = Object.keys(expected)
    .filter((name) => !names.includes(name))
    .map((name) => `${name} is missing`)
  const odd = entries.flatMap(([name, value]) => {
    const wanted = Object.hasOwn(expected, name) ? expected[name] : optional[name]
    if (wanted === undefined) return [`${name} does not belong here`]
    if (typeof value !== 'string') return [`${name} is not a text`]
    return fits(wanted, value) ? [] : [shown(name, value)]
  })
  return [...missing, ...twice, ...odd]
}

/** Takes the body of a POST request, which has to be of one of these types and has exactly these members; throws a fault. */
export function takeBody<K extends string>(
  who: string,
  request: DoubleRequest,
  type: BodyType | readonly BodyType[],
  expected: Readonly<Record<K, Expected>>,
  optional: Readonly<Record<string, Expected>> = {},
): Record<K, string> & Partial<Record<string, string>> {
  const allowed = [type].flat().map((name) => types[name])
  if (request.method !== 'POST') throw fault(`${who}: ${request.method} ${request.path} has to be POST.`)
  if (!allowed.some((name) => name === request.type)) {
    throw fault(`${who}: the body for ${request.path} has to be ${allowed.join(' or ')}, not "${request.type}".`)
  }
  if (typeof request.body === 'string') throw fault(`${who}: the body for ${request.path} cannot be read.`)
  if (request.headers.authorization !== undefined) {
    throw fault(`${who}: a public client has no authorization header at ${request.path}.`)
  }
  // A form with one name twice reads as a list, which is no text.
  const deviations = deviationsOf(Object.entries(request.body), expected, optional)
  if (deviations.length > 0) throw fault(`${who}: in the body for ${request.path}, ${deviations.join(', ')}.`)
  return request.body as Record<K, string>
}

/** The grant type decides what the rest of a body has to be. Empty where there is none. */
export function grantTypeOf({ body }: DoubleRequest): string {
  return typeof body === 'object' && typeof body.grant_type === 'string' ? body.grant_type : ''
}

export const deviceGrantType = 'urn:ietf:params:oauth:grant-type:device_code'

/** Throws a fault unless the request is a GET without a body. */
export function requireGet(who: string, request: DoubleRequest): void {
  if (request.method !== 'GET') throw fault(`${who}: ${request.method} ${request.path} has to be GET.`)
}
