import { BrokerError, type Explanation, formatSelector, parseSelector } from '../../protocol/index.ts'
import type { Access, ConnectionPlan, Surroundings, ToolDefinition } from '../tool.ts'

/** What decides which logins a tool is connected to. */
export interface AccessWish {
  readonly account?: string | undefined
  readonly model?: string | undefined
  readonly program: readonly string[]
  readonly explain: (selector: string) => Promise<Explanation>
}

/** A tool with the logins that it is to use, and what has to be changed for it. */
export interface ChosenConnection {
  readonly selector: string
  /** Id of the account, where the broker keeps a token of it in a file. */
  readonly account: string
  readonly plan: ConnectionPlan
}

/** Throws `login_required` when there is no login that the tool could use, and `invalid_request` when it cannot use the one that was named. */
export async function chooseConnection(
  tool: ToolDefinition,
  wish: AccessWish,
  surroundings: Surroundings,
): Promise<ChosenConnection> {
  const found = await accessesFor(tool, wish)
  const [first] = found
  if (first === undefined) throw nothingToConnect(tool)
  const connect = (accesses: readonly Found[]): ChosenConnection => ({
    selector: accesses.map(({ access }) => access.selector).join(' '),
    account: accesses[0]?.account ?? '',
    plan: tool.connect(
      accesses.map(({ access }) => access),
      surroundings,
    ),
  })
  if (tool.takesEvery) return connect(found)
  return firstOf(found.map((each) => () => connect([each])))
}

interface Found {
  readonly access: Access
  readonly account: string
}

async function accessesFor(tool: ToolDefinition, wish: AccessWish): Promise<readonly Found[]> {
  if (wish.account !== undefined) return [await accessOf(tool, wish.account, wish, true)].filter((each) => each !== undefined)
  const found: Found[] = []
  for (const provider of tool.takes) {
    const access = await accessOf(tool, provider, wish, false)
    if (access !== undefined) found.push(access)
  }
  return found
}

async function accessOf(
  tool: ToolDefinition,
  selector: string,
  { explain, program, model }: AccessWish,
  isNamed: boolean,
): Promise<Found | undefined> {
  const { label } = parseSelector(selector)
  const { provider, winner, chain, api, error } = await explain(selector).catch((fault: unknown) => {
    // A provider of the person's own that they do not have, or one without an account.
    if (isNamed || !(fault instanceof BrokerError) || !absent.has(fault.code)) throw fault
    return { provider: selector, winner: undefined, chain: [], api: undefined, error: undefined } satisfies Explanation
  })
  if (winner === undefined) {
    if (!isNamed) return undefined
    throw new BrokerError('login_required', error?.description ?? `No account of ${provider} can give a token now.`, {
      fix: error?.fix ?? `Run \`tokentray login ${provider}\`, and connect again.`,
    })
  }
  if (api === undefined) {
    throw new BrokerError('temporarily_unavailable', `${winner} has no token yet, so that it is not known where it is for.`, {
      fix: `Run \`tokentray token ${selector}\` to see why.`,
    })
  }
  const kind = chain.find(({ verdict }) => verdict === 'used')?.link === 'api_key' ? 'api_key' : 'login'
  const said = formatSelector({ provider, ...(label === undefined ? {} : { label }) })
  const link = label === undefined ? ['--link', kind === 'login' ? 'grant' : 'api_key'] : []
  const access: Access = {
    provider,
    selector: said,
    kind,
    baseUrl: api.base_url,
    headers: api.headers,
    program,
    command: [...program, 'token', said, ...link, '--client', tool.id],
    ...(model === undefined ? {} : { model }),
  }
  return { access, account: winner }
}

const absent = new Set(['unknown_provider', 'login_required', 'unknown_account'])

/** The first that the tool can use; when it can use none, why not the usual one. */
function firstOf(choices: readonly (() => ChosenConnection)[]): ChosenConnection {
  let reason: unknown
  for (const choice of choices) {
    try {
      return choice()
    } catch (error) {
      reason ??= error
    }
  }
  throw reason
}

const nothingToConnect = ({ name, takes }: ToolDefinition): BrokerError =>
  new BrokerError('login_required', `${name} can use a login of ${takes.join(' or ')}, and there is none.`, {
    fix: `Run \`tokentray login ${takes[0]}\`, and connect again.`,
  })
