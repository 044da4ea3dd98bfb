import { findNodeAtLocation, getNodeValue, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser'
import type { z } from 'zod'
import type { ApiDefinition, ProviderDefinition } from '../oauth/index.ts'
import { BrokerError } from '../protocol/index.ts'
import { identityOfClaims, openidIdentity } from './openid-identity.ts'
import { type ProviderFile, providerFile } from './provider-file-schema.ts'

/**
 * Reads a provider of the person's own: any OAuth or OpenID server, as data. `file` is named in errors. Throws `invalid_request`, whose
 * message begins with `file:line:`. `taken` are the ids and aliases that mean another provider already.
 */
export function parseProviderFile(file: string, text: string, taken: ReadonlySet<string>): ProviderDefinition {
  const deepest = nesting(text)
  if (deepest > mostNesting) throw new BrokerError('invalid_request', `${file}:1: there is too much inside of each other`)
  const errors: ParseError[] = []
  const tree = parseTree(text, errors, { allowTrailingComma: true })
  const fail = (offset: number, reason: string): never => {
    const line = text.slice(0, offset).split('\n').length
    throw new BrokerError('invalid_request', `${file}:${line}: ${reason}`, {
      fix: 'Correct the file and start TokenTray again; PROVIDERS.md says what may be in it.',
    })
  }
  const [first] = errors
  if (first !== undefined) return fail(first.offset, words(printParseErrorCode(first.error)))
  if (tree === undefined) return fail(0, 'there is nothing in this file')
  const twice = repeatedMember(tree)
  if (twice !== undefined) return fail(twice.offset, `"${twice.value}" is there twice, or means nothing here`)
  const parsed = providerFile.safeParse(getNodeValue(tree))
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    return fail(offsetOf(tree, issue), reasonOf(issue))
  }
  const value = parsed.data
  const clash = [value.id, ...value.aliases].find((name) => taken.has(name))
  if (clash !== undefined) return fail(offsetOf(tree, { path: ['id'] }), `"${clash}" is the name of another provider`)
  return definitionOf(value)
}

type Issue = Pick<z.core.$ZodIssue, 'path'> & Partial<z.core.$ZodIssue>

/** Where the member stands that an issue is about; a member that is missing is missed in the object around it. */
function offsetOf(tree: Node, issue: Issue | undefined): number {
  const path = (issue?.path ?? []).filter((part) => typeof part !== 'symbol')
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys?.[0] : undefined
  const wanted = unknown === undefined ? path : [...path, unknown]
  for (let length = wanted.length; length > 0; length -= 1) {
    const node = findNodeAtLocation(tree, wanted.slice(0, length))
    // The line of the name, which is where a person looks.
    if (node !== undefined) return (node.parent?.type === 'property' ? node.parent : node).offset
  }
  return tree.offset
}

function reasonOf(issue: z.core.$ZodIssue | undefined): string {
  if (issue === undefined) return 'this cannot be understood'
  const place = issue.path.map(String).join('.')
  if (issue.code === 'unrecognized_keys') {
    return `"${issue.keys[0]}" is not known here${place === '' ? '' : `, in ${place}`}`
  }
  const missing = issue.code === 'invalid_type' && issue.message.includes('received undefined')
  if (missing) return `"${place}" is missing`
  return place === '' ? issue.message : `"${place}": ${issue.message}`
}

/** A provider is three levels deep; the parser goes one call deeper for each. */
const mostNesting = 32

function nesting(text: string): number {
  let [depth, deepest] = [0, 0]
  for (const character of text) {
    if (character === '{' || character === '[') deepest = Math.max(deepest, ++depth)
    else if (character === '}' || character === ']') depth -= 1
  }
  return deepest
}

/** `PropertyNameExpected` reads as `property name expected`. */
const words = (code: string): string => code.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase()

/** The last one of two would win without a word. */
function repeatedMember(node: Node): Node | undefined {
  const names = new Set<unknown>()
  for (const child of node.children ?? []) {
    const name = child.type === 'property' ? child.children?.[0] : undefined
    // What JavaScript itself does something with would be left out without a word.
    if (name?.value === '__proto__') return name
    if (name !== undefined && names.size === names.add(name.value).size) return name
    const inside = repeatedMember(child)
    if (inside !== undefined) return inside
  }
  return undefined
}

function definitionOf(file: ProviderFile): ProviderDefinition {
  const api: ApiDefinition = {
    baseUrl: file.base_url,
    ...(file.headers === undefined ? {} : { headers: () => file.headers ?? {} }),
    ...(file.check_url === undefined ? {} : { check: file.check_url }),
  }
  const { api_key: key } = file
  return {
    id: file.id,
    aliases: file.aliases,
    name: file.name ?? file.id,
    issuer: file.issuer,
    flows: file.flows,
    ...(key === undefined
      ? {}
      : {
          keys: [
            {
              kind: 'api_key' as const,
              name: 'API key',
              pattern: new RegExp(`^${escaped(key.prefix ?? '')}[\\x21-\\x7e]{8,}$`),
              where: key.where ?? `ask who runs ${file.name ?? file.id}`,
              api: { ...api, ...(key.header === undefined ? {} : { tokenHeader: key.header }) },
            },
          ],
        }),
    ...(file.account_page === undefined ? {} : { accountPage: file.account_page }),
    ...endpointsOf(file),
    discovery: 'any',
    clientId: file.client_id,
    scope: file.scope,
    redirect: file.redirect,
    authorizationParameters: file.authorization_parameters,
    tokenParameters: file.token_parameters,
    device: { parameters: file.token_parameters },
    codeEncoding: file.token_encoding,
    refreshEncoding: file.token_encoding,
    revocationEncoding: file.token_encoding,
    terminalErrors: Object.fromEntries(file.terminal_errors.map((code) => [code, 'unknown' as const])),
    expiry: 'expires_in',
    api,
    identity: openidIdentity,
    ...(file.userinfo_endpoint === undefined ? {} : { person: { url: file.userinfo_endpoint, read: identityOfClaims } }),
  }
}

function endpointsOf(file: ProviderFile) {
  const optional = (name: string, url: string | undefined) => (url === undefined ? {} : { [name]: url })
  return {
    ...optional('authorizationEndpoint', file.authorization_endpoint),
    ...optional('deviceAuthorizationEndpoint', file.device_authorization_endpoint),
    ...optional('revocationEndpoint', file.revocation_endpoint),
    ...optional('jwksUri', file.jwks_uri),
    tokenEndpoint: file.token_endpoint ?? '',
  }
}

const escaped = (text: string): string => text.replaceAll(/[^\w]/g, '\\$&')
