import { type AccountStatus, BrokerError, type BrokerSnapshot, parseSelector } from '../protocol/index.ts'

/**
 * The account that a permission is for: an id, `provider:label`, or a provider with one account. Which one of several is meant is
 * never guessed here. Throws `unknown_account` or `invalid_request`.
 */
export function accountId({ accounts }: BrokerSnapshot, selector: string): string {
  // A provider without an account has a row as well, under its own name.
  const real = accounts.filter(({ id, provider }) => id !== provider)
  const exact = real.find(({ id }) => id === selector)
  if (exact !== undefined) return exact.id
  const { provider, label } = parseSelector(selector)
  const found = real.filter(
    (row) => row.provider === provider && (label === undefined || label === row.label || label === row.id),
  )
  const [only] = found
  if (only !== undefined && found.length === 1) return only.id
  const choice = (found.length > 1 ? found : real).map(nameOf).join(', ')
  throw new BrokerError(
    found.length > 1 ? 'invalid_request' : 'unknown_account',
    found.length > 1 ? `"${selector}" may be each of several accounts.` : `There is no account "${selector}".`,
    choice === '' ? {} : { fix: `Name one of these: ${choice}.` },
  )
}

const nameOf = ({ id, provider, label }: AccountStatus): string => (label === undefined ? id : `${provider}:${label}`)
