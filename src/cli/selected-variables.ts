import { BrokerError } from '../protocol/errors.ts'
import { programVariables, variablesOf } from '../protocol/program-variables.ts'
import { parseSelector } from '../protocol/selector.ts'
import type { TokenResponse } from '../protocol/token.ts'

/** A variable that the person has chosen for the token of a selector. */
export interface ChosenVariable {
  readonly name: string
  readonly selector: string
}

/** A selector with its token, and the variables that it is given in. */
export interface Selected {
  readonly selector: string
  readonly token: TokenResponse
  readonly variables: Readonly<Record<string, string>>
}

export interface SelectedVariables {
  readonly selected: readonly Selected[]
  readonly set: Readonly<Record<string, string>>
  /** What a program could take in place of what is set, so that it has to go. */
  readonly removed: readonly string[]
}

/** Reads `NAME=selector`; throws `invalid_request`. */
export function parseChosenVariable(text: string): ChosenVariable {
  const [, name, selector] = /^([A-Za-z_][A-Za-z0-9_]{0,127})=(.+)$/.exec(text) ?? []
  if (name !== undefined && selector !== undefined) return { name, selector }
  throw new BrokerError('invalid_request', `"${text.slice(0, 80)}" does not say which variable gets which token.`, {
    fix: 'Write the name of a variable and a selector, such as `--set OPENAI_API_KEY=openrouter:work`.',
  })
}

/**
 * The variables of some selectors. Nothing is answered before every token is there. Throws `invalid_request` when two of them
 * want one variable, and whatever `ask` throws.
 */
export async function selectVariables(
  selectors: readonly string[],
  chosen: readonly ChosenVariable[],
  ask: (selector: string) => Promise<TokenResponse>,
): Promise<SelectedVariables> {
  const all = [...selectors, ...chosen.map(({ selector }) => selector)]
  if (all.length === 0) {
    throw new BrokerError('invalid_request', 'Whose token is wanted is not said.', {
      fix: 'Name at least one selector, such as `openai-codex` or `anthropic:work`.',
    })
  }
  // A wrong one is told before a token of another one is handed out.
  for (const selector of all) parseSelector(selector)
  const names = [...new Set(all)]
  const tokens = new Map(await Promise.all(names.map(async (name) => [name, await ask(name)] as const)))
  const tokenFor = (selector: string) => tokens.get(selector) as TokenResponse
  const selected: Selected[] = [
    ...[...new Set(selectors)].map((selector) => ({
      selector,
      token: tokenFor(selector),
      variables: variablesOf(tokenFor(selector)),
    })),
    ...chosen.map(({ name, selector }) => ({
      selector,
      token: tokenFor(selector),
      variables: { [name]: tokenFor(selector).access_token },
    })),
  ]
  const set = merged(selected)
  const conflicting = selectors.flatMap((selector) => programVariables(tokenFor(selector)).conflicting)
  return { selected, set, removed: [...new Set(conflicting)].filter((name) => !(name in set)) }
}

function merged(selected: readonly Selected[]): Readonly<Record<string, string>> {
  const set: Record<string, string> = {}
  const owners = new Map<string, string>()
  for (const { selector, variables } of selected) {
    for (const [name, value] of Object.entries(variables)) {
      const owner = owners.get(name)
      if (owner !== undefined && set[name] !== value) {
        throw new BrokerError('invalid_request', `"${owner}" and "${selector}" both set ${name}.`, {
          fix: `Leave one of them away, or choose a variable for its token: \`--set NAME=${selector}\`.`,
        })
      }
      owners.set(name, selector)
      set[name] = value
    }
  }
  return set
}
