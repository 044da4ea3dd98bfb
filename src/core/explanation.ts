import { BrokerError, type ExplainedLink, type Explanation } from '../protocol/index.ts'
import { type AccountChoice, describe } from './account-choice.ts'
import type { AccountSession } from './account-session.ts'
import type { Accounts } from './accounts.ts'
import { describeError } from './session-errors.ts'

/**
 * The chain that a request for a token goes along, and where it ends. What is in the environment of the program that asks is not known
 * here; its places are left open.
 */
export function explainChoice(
  accounts: Accounts,
  choice: AccountChoice,
  selector: string,
  client: string,
  label?: string,
): Explanation {
  const provider = label === undefined ? accounts.bareProvider(selector) : undefined
  if (provider === undefined) {
    const session = accounts.find(selector, label)
    const { record } = session
    const link = record.kind === 'api_key' ? 'api_key' : 'grant'
    const used: ExplainedLink = { link, ...describe(session), verdict: 'used', reason: 'the request names it' }
    return { provider: record.provider, chain: [used], winner: record.id, ...accessOf(accounts, session) }
  }
  const chain = [...choice.explain(provider, client)]
  const winner = chain.find(({ verdict }) => verdict === 'used')?.account
  if (winner !== undefined) return { provider: provider.id, chain, winner, ...accessOf(accounts, accounts.find(winner)) }
  return { provider: provider.id, chain, error: reasonWithout(accounts, selector) }
}

function accessOf(accounts: Accounts, { record, known }: AccountSession): Pick<Explanation, 'api'> {
  if (known === undefined) return {}
  const { baseUrl, headers, tokenHeader } = accounts.client(record.provider).access(known)
  return { api: { base_url: baseUrl, headers, ...(tokenHeader === undefined ? {} : { token_header: tokenHeader }) } }
}

function reasonWithout(accounts: Accounts, selector: string) {
  try {
    const { record } = accounts.find(selector)
    return { code: 'reauthorization_required', description: `No account of ${record.provider} can give a token now.` }
  } catch (error) {
    if (error instanceof BrokerError) return describeError(error)
    throw error
  }
}
