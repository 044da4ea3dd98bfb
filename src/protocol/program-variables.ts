import type { TokenResponse } from './token.ts'

/**
 * How programs take the token of a provider from their environment, as the programs themselves read it. A token and the address that it
 * is for are set together, so that an address which was there before cannot get a token that is not for it.
 */
export interface ProgramVariables {
  /** Each is set to the token. */
  readonly token: readonly string[]
  /** Each is set to the base URL of the provider's API. */
  readonly address: readonly string[]
  /** Set beside the token, where a program has to be told which kind it is. */
  readonly fixed?: Readonly<Record<string, string>>
  /** Other logins of the same provider: a program that finds one of them may take it in place of the token. */
  readonly conflicting: readonly string[]
}

interface Row {
  readonly providers: readonly string[]
  /** Whether the row is for this token; the first row that fits counts. Without it, for every token. */
  readonly fits?: RegExp
  readonly variables: ProgramVariables
}

const openaiAddress = ['OPENAI_BASE_URL', 'OPENAI_API_BASE']

/** Claude Code takes each of them before the token of a plan. */
const anthropicOthers = ['ANTHROPIC_AUTH_TOKEN', 'CLAUDE_CODE_OAUTH_TOKEN_FILE_DESCRIPTOR', 'CLAUDE_CODE_API_KEY_FILE_DESCRIPTOR']

const rows: readonly Row[] = [
  {
    providers: ['anthropic'],
    fits: /^sk-ant-(?!oat)/,
    variables: {
      token: ['ANTHROPIC_API_KEY'],
      address: ['ANTHROPIC_BASE_URL'],
      conflicting: [...anthropicOthers, 'CLAUDE_CODE_OAUTH_TOKEN', 'ANTHROPIC_OAUTH_TOKEN'],
    },
  },
  {
    providers: ['anthropic'],
    variables: {
      token: ['CLAUDE_CODE_OAUTH_TOKEN', 'ANTHROPIC_OAUTH_TOKEN'],
      address: ['ANTHROPIC_BASE_URL'],
      conflicting: [...anthropicOthers, 'ANTHROPIC_API_KEY'],
    },
  },
  // A key of the platform. The token of a ChatGPT plan is for the backend of Codex, which no other program can talk to.
  {
    providers: ['openai-codex'],
    fits: /^sk-/,
    variables: { token: ['OPENAI_API_KEY', 'CODEX_API_KEY'], address: openaiAddress, conflicting: ['CODEX_ACCESS_TOKEN'] },
  },
  { providers: ['openai-codex'], variables: { token: ['CODEX_ACCESS_TOKEN'], address: [], conflicting: ['CODEX_API_KEY'] } },
  {
    providers: ['chatgpt'],
    variables: { token: ['OPENAI_API_KEY'], address: openaiAddress, conflicting: ['CODEX_ACCESS_TOKEN'] },
  },
  {
    providers: ['github-copilot'],
    variables: {
      token: ['COPILOT_PROVIDER_BEARER_TOKEN'],
      address: ['COPILOT_PROVIDER_BASE_URL'],
      conflicting: ['COPILOT_PROVIDER_API_KEY', 'COPILOT_PROVIDER_API_KEY_COMMAND'],
    },
  },
  // GitHub and Google are providers of the person's own files, which are usually called so.
  {
    providers: ['github'],
    variables: { token: ['GH_TOKEN', 'GITHUB_TOKEN', 'COPILOT_GITHUB_TOKEN'], address: [], conflicting: [] },
  },
  {
    providers: ['google', 'gemini'],
    fits: /^AIza/,
    variables: {
      token: ['GEMINI_API_KEY'],
      address: ['GOOGLE_GEMINI_BASE_URL'],
      conflicting: ['GOOGLE_API_KEY', 'GOOGLE_CLOUD_ACCESS_TOKEN', 'GOOGLE_GENAI_USE_GCA'],
    },
  },
  {
    providers: ['google', 'gemini'],
    variables: {
      token: ['GOOGLE_CLOUD_ACCESS_TOKEN'],
      address: ['CODE_ASSIST_ENDPOINT'],
      fixed: { GOOGLE_GENAI_USE_GCA: 'true' },
      conflicting: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
    },
  },
  { providers: ['kimi'], variables: { token: ['KIMI_API_KEY'], address: ['KIMI_BASE_URL'], conflicting: [] } },
  {
    providers: ['xai'],
    variables: {
      token: ['XAI_API_KEY', 'GROK_API_KEY'],
      address: ['XAI_BASE_URL', 'GROK_BASE_URL'],
      conflicting: ['X_AI_API_KEY'],
    },
  },
  {
    providers: ['openrouter'],
    variables: { token: ['OPENROUTER_API_KEY'], address: ['OPENROUTER_BASE_URL', 'OPENROUTER_API_BASE'], conflicting: [] },
  },
]

/** What a program is given for this token. `provider` is an id; one without a row has variables of its own name, see `ownVariables`. */
export function programVariables({ provider, access_token }: Pick<TokenResponse, 'provider' | 'access_token'>): ProgramVariables {
  const row = rows.find(({ providers, fits }) => providers.includes(provider) && fits?.test(access_token) !== false)
  return row?.variables ?? ownVariables(provider)
}

/** Every variable that a token of the provider may be given in, for those who take all of them back. */
export function everyVariable(provider: string): readonly string[] {
  const own = rows.filter(({ providers }) => providers.includes(provider)).map(({ variables }) => variables)
  return [...new Set((own.length === 0 ? [ownVariables(provider)] : own).flatMap(setNames))]
}

/** The names that are set, the token first. */
export const setNames = ({ token, address, fixed = {} }: ProgramVariables): readonly string[] => [
  ...token,
  ...address,
  ...Object.keys(fixed),
]

/** `my-llm` has `MY_LLM_ACCESS_TOKEN` and `MY_LLM_BASE_URL`. A variable cannot begin with a digit. */
function ownVariables(provider: string): ProgramVariables {
  const name = provider
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, '_')
    .replace(/^(?=\d)/, '_')
  return { token: [`${name}_ACCESS_TOKEN`], address: [`${name}_BASE_URL`], conflicting: [] }
}

/** The variables of a hand-out with their values. */
export function variablesOf(token: TokenResponse): Readonly<Record<string, string>> {
  const { token: tokens, address, fixed } = programVariables(token)
  return {
    ...Object.fromEntries(tokens.map((name) => [name, token.access_token])),
    ...Object.fromEntries(address.map((name) => [name, token.base_url])),
    ...fixed,
  }
}
