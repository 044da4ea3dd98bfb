import { BrokerError, type KeyKind, type LoginFlow } from '../protocol/index.ts'
import { commandOf } from '../protocol/provider.ts'
import type { AccountSession } from './account-session.ts'
import type { ProviderClient } from './ports.ts'

/**
 * Whether the person has acknowledged the provider's rule card, where it asks for that: now, or with an earlier account under the card of
 * the same date. Answers what the account keeps of it. Throws `rules_not_accepted`, with what the card says and what it offers instead.
 */
export function acceptedRules(
  { id, name, info: { rules } }: ProviderClient,
  sessions: readonly AccountSession[],
  way: LoginFlow | KeyKind | undefined,
  accepts: boolean,
): { readonly rulesAccepted?: string } {
  if (rules === undefined || way === undefined || !rules.acknowledge.includes(way)) return {}
  const earlier = sessions.some(({ record }) => record.provider === id && record.rulesAccepted === rules.checked)
  if (accepts || earlier) return { rulesAccepted: rules.checked }
  const instead = rules.alternatives.map((offer) => `${offer.words}: \`${commandOf(offer)}\``).join('; ')
  throw new BrokerError('rules_not_accepted', `${rules.statement} See ${rules.link} (checked on ${rules.checked}).`, {
    fix:
      `${instead === '' ? '' : `Better: ${instead}. `}To go on nevertheless, ` +
      `say \`--accept-provider-rules\` with the command, or accept the rules of ${name} in the tray.`,
  })
}
