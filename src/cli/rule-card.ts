import type { BrokerClient } from '../client/index.ts'
import { BrokerError } from '../protocol/index.ts'
import { commandOf, type ProviderInfo } from '../protocol/provider.ts'
import { askLine, type Terminal } from './hidden-input.ts'

/** The rule card as a person reads it: what the provider offers instead comes first. */
export function ruleCardText({ name, rules }: ProviderInfo): string {
  if (rules === undefined) return ''
  const instead = rules.alternatives.map((offer) => `  better: ${offer.words}\n          ${commandOf(offer)}`)
  const since = rules.since === undefined ? '' : `, since ${rules.since}`
  return [
    ...instead,
    `  ${name} (${standings[rules.standing]}${since}): ${rules.statement}`,
    `  ${rules.link} (compared on ${rules.checked})`,
  ].join('\n')
}

const standings = {
  documented: 'documented for apps like this one',
  tolerated: 'tolerated, not promised',
  restricted: 'restricted by the provider',
} as const

/**
 * Runs a request, and once more with the person's yes when the rule card of the provider has to be acknowledged first. Without a terminal
 * to ask on, the refusal of the broker stands, which names the option.
 */
export async function withRules<Answer>(
  provider: string,
  broker: BrokerClient,
  terminal: Terminal,
  run: (accepts: boolean) => Promise<Answer>,
  accepts: boolean,
): Promise<Answer> {
  try {
    return await run(accepts)
  } catch (error) {
    const mayAsk = terminal.stdin.isTTY && terminal.stderr.isTTY
    if (!(error instanceof BrokerError) || error.code !== 'rules_not_accepted' || !mayAsk) throw error
    const [name] = provider.toLowerCase().split(':')
    const info = (await broker.providers()).find(({ id, aliases }) => id === name || aliases.includes(name ?? ''))
    if (info === undefined) throw error
    terminal.stderr.write(`${ruleCardText(info)}\n`)
    const answer = await askLine(terminal, 'Go on nevertheless? [y/N] ')
    if (!/^y(es)?$/i.test(answer)) throw new BrokerError('login_cancelled', 'Nothing was changed.')
    return run(true)
  }
}
