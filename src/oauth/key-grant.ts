import { type Grant, Secret } from '../core/index.ts'
import { BrokerError, type KeyKind } from '../protocol/index.ts'
import { completeSignIn } from './complete-sign-in.ts'
import type { ProviderContext } from './provider-context.ts'
import type { KeyDefinition, ProviderDefinition } from './provider-definition.ts'

/**
 * Makes a grant of what a person brought along. A text that cannot be it is refused here, so that a password that was pasted by
 * mistake is sent to nobody. Throws `invalid_request`; never repeats the text (P1).
 */
export async function grantFromKey(
  definition: ProviderDefinition,
  context: ProviderContext,
  secret: Secret,
  wanted?: KeyKind,
): Promise<Grant> {
  const text = secret.expose().trim()
  const key = keyOf(definition, text, wanted)
  const { id: provider, issuer } = definition
  const accessToken = new Secret(text)
  const grant: Grant = { provider, issuer, accessToken, tokenType: 'Bearer', obtainedAt: context.clock.now(), identity: {} }
  if (key.kind === 'github_token') return completeSignIn(definition, context, grant)
  // Nothing of it goes into the identity, which is kept in the clear: the hash of a short key tells the key.
  return { ...grant, kind: key.kind }
}

function keyOf(definition: ProviderDefinition, text: string, wanted: KeyKind | undefined): KeyDefinition {
  const { name, keys = [] } = definition
  if (keys.length === 0) {
    throw new BrokerError('invalid_request', `${name} takes no key; it is signed in to.`, {
      fix: `Run \`tokentray login ${definition.id}\`.`,
    })
  }
  const fitting = keys.filter(({ kind }) => wanted === undefined || kind === wanted)
  const known = fitting.map((key) => `${/^[aeiou]/i.test(key.name) ? 'an' : 'a'} ${key.name}`).join(' or ')
  if (fitting.length === 0) throw new BrokerError('invalid_request', `${name} has no ${wanted?.replace('_', ' ')}.`)
  const found = /^[\x21-\x7e]+$/.test(text) ? fitting.find(({ pattern }) => pattern.test(text)) : undefined
  if (found !== undefined) return found
  throw new BrokerError('invalid_request', `That does not look like ${known} of ${name}. It was sent to nobody.`, {
    fix: `Copy it again, whole and on one line: ${fitting.map(({ where }) => where).join('; or ')}.`,
  })
}
