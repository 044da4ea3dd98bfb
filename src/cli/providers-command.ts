import { createBrokerClient } from '../client/index.ts'
import { BrokerError, type LoginFlow, type ProvidersResponse } from '../protocol/index.ts'
import { ruleCardText } from './rule-card.ts'

type Provider = ProvidersResponse['providers'][number]

/** Prints every provider, or one: the ways to sign in and the rule card. */
export async function listProviders(
  name: string | undefined,
  { json }: { readonly json?: boolean },
  socket: string,
  { stdout, stderr }: Pick<NodeJS.Process, 'stdout' | 'stderr'>,
): Promise<void> {
  const broker = createBrokerClient(socket)
  const [all, { notices = [] }] = await Promise.all([broker.providers(), broker.status()])
  const wanted = name?.toLowerCase()
  const chosen = all.filter(({ id, aliases }) => wanted === undefined || id === wanted || aliases.includes(wanted))
  if (chosen.length === 0) throw new BrokerError('unknown_provider', `There is no provider "${name?.slice(0, 40)}".`)
  stdout.write(json ? `${JSON.stringify(chosen, null, 2)}\n` : `${chosen.map(providerText).join('\n\n')}\n`)
  for (const { description, fix } of notices) stderr.write(`tokentray: ${description}\n${fix === undefined ? '' : `  ${fix}\n`}`)
}

const flowWords: Readonly<Record<LoginFlow, string>> = {
  browser: 'the browser',
  device: 'a device code (--device)',
  paste: 'a pasted response (--paste)',
}

function providerText(provider: Provider): string {
  const { id, name, aliases, flows, keys, account_page: page } = provider
  const also = aliases.length === 0 ? '' : ` (${aliases.join(', ')})`
  const ways = flows.map((flow) => flowWords[flow]).join(', ')
  return [
    `${id}${also}: ${name}`,
    ...(ways === '' ? [] : [`  sign in with ${ways}`]),
    ...keys.map((key) => `  or add ${/^[aeiou]/i.test(key.name) ? 'an' : 'a'} ${key.name}: ${key.where}`),
    ...(provider.rules === undefined ? [] : [ruleCardText(provider)]),
    ...(page === undefined ? [] : [`  your logins there: ${page}`]),
  ].join('\n')
}
