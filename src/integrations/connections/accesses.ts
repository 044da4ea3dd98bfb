import { BrokerError, type Explanation, formatSelector, parseSelector, type Selector } from '../../protocol/index.ts'
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
  const { account, explain } = wish
  if (account !== undefined) return [accessTo(tool, parseSelector(account), await explain(account), wish)]
  const found: Found[] = []
  for (const provider of tool.takes) {
    const told = await explain(provider).catch(noneIfAbsent)
    if (told?.winner !== undefined) found.push(accessTo(tool, { provider }, told, wish))
  }
  return found
}

/** A provider of the person's own that they do not have, or one without an account, is no fault. */
function noneIfAbsent(fault: unknown): undefined {
  if (!(fault instanceof BrokerError) || !absent.has(fault.code)) throw fault
}

const absent = new Set(['unknown_provider', 'login_required', 'unknown_account'])

function accessTo(
  tool: ToolDefinition,
  asked: Selector,
  { provider, winner, chain, api, error }: Explanation,
  { program, model }: AccessWish,
): Found {
  if (winner === undefined) {
    throw new BrokerError('login_required', error?.description ?? `No account of ${provider} can give a token now.`, {
      fix: error?.fix ?? `Run \`tokentray login ${provider}\`, and connect again.`,
    })
  }
  if (api === undefined) {
    throw new BrokerError('temporarily_unavailable', `${winner} has no token yet, so that it is not known where it is for.`, {
      fix: `Run \`tokentray token ${formatSelector(asked)}\` to see why.`,
    })
  }
  const kind = chain.find(({ verdict }) => verdict === 'used')?.link === 'api_key' ? 'api_key' : 'login'
  // A key that steps in for a login is for another address than the one that the tool is told.
  const said = formatSelector({ provider, label: asked.label ?? (kind === 'login' ? 'login' : 'key') })
  const access: Access = {
    provider,
    selector: said,
    kind,
    baseUrl: api.base_url,
    headers: api.headers,
    program,
    command: [...program, 'token', said, '--client', tool.id],
    ...(model === undefined ? {} : { model }),
  }
  return { access, account: winner }
}

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
