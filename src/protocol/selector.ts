import { BrokerError } from './errors.ts'

/** Names an account: a provider id or alias, and a label when the provider has several accounts. */
export interface Selector {
  readonly provider: string
  readonly label?: string
}

/** What a provider or a label may be called, so that a selector can name it. */
export const selectorName = /^[a-z0-9][a-z0-9._-]{0,63}$/i

/** The same in words. */
export const nameRule = 'has to be up to 64 letters, digits, dots, dashes and underscores, and begin with a letter or a digit'

/**
 * The kind of account that a label names which no account has: `anthropic:key` is an API key, and `anthropic:login` is what somebody
 * signed in to, or a token that stands for it. Undefined for every other label.
 */
export function linkNamed(label: string | undefined): 'grant' | 'api_key' | undefined {
  switch (label?.toLowerCase()) {
    case 'login':
      return 'grant'
    case 'key':
      return 'api_key'
    default:
      return undefined
  }
}

/** Reads `provider` or `provider:label`; throws `invalid_request` for anything else. */
export function parseSelector(text: string): Selector {
  const [provider = '', label, ...rest] = text.split(':')
  if (rest.length > 0 || !selectorName.test(provider) || (label !== undefined && !selectorName.test(label))) {
    throw new BrokerError('invalid_request', `"${text.slice(0, 80)}" is not a selector.`, {
      fix: 'Name a provider such as `openai-codex`, or a provider and a label such as `openai-codex:work`.',
    })
  }
  return label === undefined ? { provider: provider.toLowerCase() } : { provider: provider.toLowerCase(), label }
}

/** The text form of a selector; the inverse of `parseSelector`. */
export function formatSelector(selector: Selector): string {
  return selector.label === undefined ? selector.provider : `${selector.provider}:${selector.label}`
}
