import { providerOf } from '../protocol/environment-sources.ts'
import { BrokerError } from '../protocol/errors.ts'
import { parseSelector } from '../protocol/selector.ts'

/**
 * The account that `TOKENTRAY_ACCOUNT` names for a provider: a label for every provider, or `provider:label` for one, several with
 * commas in between. What the request itself names comes before it. Throws `invalid_request` for what cannot be meant.
 */
export function accountOverride(provider: string, value: string | undefined): string | undefined {
  if (value === undefined || value.trim() === '') return undefined
  let general: string | undefined
  for (const entry of value
    .split(',')
    .map((each) => each.trim())
    .filter(Boolean)) {
    const { provider: first, label } = parse(entry)
    if (label === undefined) general ??= entry
    else if (providerOf(first) === providerOf(provider)) return label
  }
  return general
}

function parse(entry: string) {
  try {
    return parseSelector(entry)
  } catch {
    throw new BrokerError('invalid_request', `TOKENTRAY_ACCOUNT has "${entry.slice(0, 40)}".`, {
      fix: 'Write a label such as `work`, or a provider and a label such as `anthropic:work`; several with commas in between.',
    })
  }
}
