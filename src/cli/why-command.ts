import { createBrokerClient } from '../client/index.ts'
import { environmentSources } from '../protocol/environment-sources.ts'
import { type ChainLink, type ExplainedLink, type Explanation, parseSelector } from '../protocol/index.ts'
import { accountOverride } from './account-override.ts'
import { columns } from './columns.ts'
import { environmentToken } from './environment-chain.ts'
import { duration } from './status-text.ts'

interface WhyOptions {
  readonly account?: string
  readonly client?: string
  readonly json?: boolean
}

/** One step of the chain, with who owns its token: TokenTray, a program that is asked, or a variable of this environment. */
interface Step extends ExplainedLink {
  readonly owner: string
  readonly variable?: string
}

/** Tells the chain that a request for a token goes along, and where it ends. */
export async function why(
  selector: string,
  options: WhyOptions,
  { env, socket }: { readonly env: Readonly<Record<string, string | undefined>>; readonly socket: string },
  stdout: { write(text: string): unknown },
): Promise<void> {
  const broker = createBrokerClient(socket)
  const { provider, label } = parseSelector(selector)
  const account = label ?? options.account ?? accountOverride(provider, env.TOKENTRAY_ACCOUNT)
  const explanation = await broker.explain(selector, {
    ...(account === undefined ? {} : { account }),
    ...(options.client === undefined ? {} : { client: options.client }),
  })
  const info = (await broker.providers()).find(({ id }) => id === explanation.provider)
  const chain = account === undefined ? (info?.preferences.chain ?? []) : []
  const steps = account === undefined ? stepsOf(chain, explanation, env) : explanation.chain.map(owned)
  const winner = steps.find(({ verdict }) => verdict === 'used')
  const { ended_early_at: endedEarlyAt } = explanation
  // What happened to the account of the broker says nothing where the token of the environment is used.
  const early = winner?.account === explanation.winner ? endedEarlyAt : undefined
  if (options.json) {
    const known = {
      provider: explanation.provider,
      chain: steps,
      winner,
      ...(early === undefined ? {} : { ended_early_at: early }),
    }
    stdout.write(`${JSON.stringify(known, null, 2)}\n`)
    return
  }
  const rows = steps.map((step, place) => [`${place + 1}.`, step.link, nameOf(step), verdicts[step.verdict], step.reason])
  const head = winner === undefined ? `no token: ${explanation.error?.description ?? 'no link has one'}` : winnerText(winner)
  const note = early === undefined ? '' : `${endedEarly(early)}\n`
  stdout.write(`${explanation.provider}: ${head}\n${columns(rows).join('\n')}\n${note}`)
}

const endedEarly = (at: number): string =>
  `The provider had ended the token before this one early, said so when it was asked, and it was renewed ${duration(Date.now() / 1000 - at)} ago.`

const verdicts = { used: 'used', passed_over: 'passed over', not_reached: 'not reached' } as const

function winnerText(step: Step): string {
  if (step.variable !== undefined) return `the token in ${step.variable}, which your environment owns`
  const end = step.expires_at === undefined ? '' : `, valid ${duration(step.expires_at - Date.now() / 1000)}`
  return `${nameOf(step)}, owned by ${step.owner}${end}`
}

const nameOf = ({ account = '—', label, variable }: Step): string =>
  variable ?? (label === undefined ? account : `${account} (${label})`)

const owned = (link: ExplainedLink): Step => ({ ...link, owner: link.owned_by ?? 'TokenTray' })

/** The links in the order of the person, with what the environment says put in place. */
function stepsOf(
  chain: readonly ChainLink[],
  explanation: Explanation,
  env: Readonly<Record<string, string | undefined>>,
): readonly Step[] {
  let found = false
  return chain.flatMap((link): Step[] => {
    const steps = link === 'grant' || link === 'api_key' ? ownSteps(link, explanation) : [environmentStep(link, explanation, env)]
    return steps.map((step) => {
      if (found)
        return { ...step, verdict: step.verdict === 'passed_over' ? step.verdict : 'not_reached', reason: notReached(step) }
      found = step.verdict === 'used'
      return step
    })
  })
}

const notReached = (step: Step): string => (step.verdict === 'passed_over' ? step.reason : 'an earlier one is used')

function ownSteps(link: 'grant' | 'api_key', { chain }: Explanation): Step[] {
  const own = chain.filter((each) => each.link === link).map(owned)
  if (own.length > 0) return own
  const reason = link === 'grant' ? 'nobody is signed in' : 'no key is stored'
  return [{ link, owner: 'TokenTray', verdict: 'passed_over', reason }]
}

function environmentStep(
  link: 'environment_token' | 'environment_key',
  { provider }: Explanation,
  env: Readonly<Record<string, string | undefined>>,
): Step {
  const sources = environmentSources(provider)
  const variables = (link === 'environment_token' ? sources?.tokens : sources?.keys) ?? []
  const set = environmentToken(provider, link, env)
  if (set !== undefined) {
    return { link, owner: 'environment', variable: set.variable, verdict: 'used', reason: 'it is set where this command runs' }
  }
  const reason = variables.length === 0 ? 'there is no variable for it' : `not set: ${variables.join(', ')}`
  return { link, owner: 'environment', verdict: 'passed_over', reason }
}
