import { z } from 'zod'

/** How a person signs in: a redirect to a port of this computer, a pasted response, or a code typed at an address (RFC 8628). */
export const loginFlow = z.enum(['browser', 'paste', 'device'])
export type LoginFlow = z.infer<typeof loginFlow>

/** What a person can bring along instead of signing in. A `setup_token` is minted by the provider's own tool. */
export const keyKind = z.enum(['api_key', 'setup_token', 'github_token'])
export type KeyKind = z.infer<typeof keyKind>

/** What kind of credential an account holds, when it is no OAuth grant. */
export const accountKind = z.enum(['api_key', 'setup_token'])
export type AccountKind = z.infer<typeof accountKind>

/**
 * The rule card: who may hold a login of this provider, in the words of a person. `acknowledge` names the ways that need the
 * person's explicit yes, once; `alternatives` are what the provider offers to programs like this one, and come first.
 */
export const providerRules = z.object({
  standing: z.enum(['documented', 'tolerated', 'restricted']),
  statement: z.string(),
  since: z.string().optional().describe('A date, where the provider has said since when.'),
  link: z.string(),
  checked: z.string().describe('The date on which the statement was compared with the link.'),
  acknowledge: z.array(z.union([loginFlow, keyKind])),
  alternatives: z.array(
    z.object({
      words: z.string(),
      provider: z.string(),
      adds: keyKind.optional().describe('What is added; without it, the provider is signed in to.'),
    }),
  ),
})
export type ProviderRules = Readonly<z.infer<typeof providerRules>>

/** What a person types to do what a rule card offers instead. */
export const commandOf = ({ provider, adds }: ProviderRules['alternatives'][number]): string =>
  `tokentray ${adds === undefined ? 'login' : 'add'} ${provider}`

/**
 * Where a token may come from, in the order in which it is looked for. What is in the environment is read by the program that asks and
 * never reaches the broker.
 */
export const chainLink = z.enum(['environment_token', 'grant', 'api_key', 'environment_key'])
export type ChainLink = z.infer<typeof chainLink>

export const defaultChain: readonly ChainLink[] = ['environment_token', 'grant', 'api_key', 'environment_key']

/** What the person decided about a provider with several accounts. */
export const providerPreferences = z.object({
  order: z.array(z.string()).describe('Ids of accounts, the default first; accounts that are not named come after them.'),
  failover: z.boolean().describe('Whether the next account of the order is used while one cannot give a token.'),
  chain: z.array(chainLink),
})
export type ProviderPreferences = Readonly<z.infer<typeof providerPreferences>>

/** `order` are selectors or ids of accounts of this provider. */
export const preferencesChange = z.strictObject({
  order: z.array(z.string().min(1).max(160)).max(1000).optional(),
  failover: z.boolean().optional(),
  chain: z
    .array(chainLink)
    .min(1)
    .refine((links) => new Set(links).size === links.length, 'names a link twice')
    .optional(),
})
export type PreferencesChange = Readonly<z.infer<typeof preferencesChange>>

/** One provider and every way to sign in to it, the preferred one first. */
export const providerInfo = z.object({
  id: z.string(),
  name: z.string(),
  aliases: z.array(z.string()),
  issuer: z.string(),
  flows: z.array(loginFlow),
  keys: z.array(z.object({ kind: keyKind, name: z.string(), where: z.string() })).describe('What can be brought along.'),
  rules: providerRules.optional(),
  account_page: z.string().optional().describe('Where the person sees and ends logins at the provider.'),
  usage: z.boolean().describe('Whether the provider tells how much is used.'),
})
export type ProviderInfo = Readonly<z.infer<typeof providerInfo>>

export const providersResponse = z.object({
  providers: z.array(providerInfo.extend({ preferences: providerPreferences })),
})
export type ProvidersResponse = Readonly<z.infer<typeof providersResponse>>
