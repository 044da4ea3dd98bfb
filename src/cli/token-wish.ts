import { parseArgs } from 'node:util'
import { BrokerError } from '../protocol/errors.ts'
import { parseSelector } from '../protocol/selector.ts'
import { accountOverride } from './account-override.ts'
import { tokenFormats } from './dialects.ts'
import { parseDuration } from './duration.ts'

type Environment = Readonly<Record<string, string | undefined>>

export type TokenFormat = (typeof tokenFormats)[number]

/** What somebody wants a token for, whichever command asks. */
export interface TokenWish {
  readonly selector: string
  readonly account?: string | undefined
  /** Lengths of time as they were typed. */
  readonly minValid?: string | undefined
  readonly rejected?: string | undefined
  /** Only a login, or only a key. */
  readonly link?: string | undefined
}

/** What the words after `tokentray token` mean. */
export interface TokenWords extends TokenWish {
  readonly format: TokenFormat
  readonly client?: string | undefined
  readonly vault?: string | undefined
  /** Seconds to wait for a sign-in. */
  readonly wait?: number | undefined
  readonly help?: boolean | undefined
}

/** Seconds. */
const usualWait = 120
const longestWait = 3_600

/** Throws `invalid_request` for words that mean nothing. */
export function readTokenWords(argv: readonly string[]): TokenWords {
  const [first, ...others] = argv
  // The usual call has one word, and for one word the parser of options need not be loaded.
  if (first !== undefined && !first.startsWith('-') && others.length === 0) return { selector: first, format: 'token' }
  const { values, selector } = parse(argv)
  return {
    selector,
    format: formatOf(values),
    account: values.account,
    minValid: values['min-valid'],
    rejected: values.rejected,
    link: values.link,
    client: values.client,
    vault: values.vault,
    wait: values.wait === undefined ? undefined : Math.min(longestWait, parseDuration(values.wait)),
    help: values.help,
  }
}

function parse(argv: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: argv.map((word, place) => withUsualWait(word, argv[place + 1])).filter((word, place) => !isTaken(argv, place, word)),
      allowPositionals: true,
      options: {
        format: { type: 'string' },
        'min-valid': { type: 'string' },
        rejected: { type: 'string' },
        link: { type: 'string' },
        account: { type: 'string' },
        client: { type: 'string' },
        vault: { type: 'string' },
        wait: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    })
    const [selector, ...extra] = positionals
    if (!values.help && extra.length > 0) throw tooMuch(selector, extra[0])
    if (!values.help && selector === undefined) throw new Error('A selector is missing.')
    return { values, selector: selector ?? '' }
  } catch (error) {
    if (error instanceof BrokerError) throw error
    throw new BrokerError('invalid_request', (error as Error).message.split('. To specify')[0] ?? '', {
      fix: 'Usage: tokentray token <selector> [options]; `tokentray token --help` lists them.',
    })
  }
}

/** Somebody who left the colon away, or wants to run a command. */
const tooMuch = (selector = '', word = ''): BrokerError =>
  new BrokerError('invalid_request', `"${word.slice(0, 40)}" is too much.`, {
    fix: `A label follows a colon, as in \`${selector.slice(0, 40)}:work\`; a command is run by \`tokentray exec ${selector.slice(0, 40)} -- …\`.`,
  })

const isTime = (word: string | undefined): boolean => word !== undefined && /^\d+[smhd]?$/.test(word)

/** The parser knows no option with a value that may be missing. */
function withUsualWait(word: string, next: string | undefined): string {
  return word === '--wait' ? `--wait=${isTime(next) ? next : usualWait}` : word
}

const isTaken = (argv: readonly string[], place: number, word: string): boolean => argv[place - 1] === '--wait' && isTime(word)

function formatOf({ format, json }: { readonly format?: string | undefined; readonly json?: boolean | undefined }): TokenFormat {
  const known = tokenFormats.find((each) => each === format)
  if (format !== undefined && known === undefined) {
    throw new BrokerError('invalid_request', `"${format.slice(0, 40)}" is no format.`, {
      fix: `The formats are ${tokenFormats.join(', ')}.`,
    })
  }
  if (json && known !== undefined && known !== 'json') {
    throw new BrokerError('invalid_request', `--json and --format ${known} exclude each other.`, { fix: 'Say one of them.' })
  }
  return json ? 'json' : (known ?? 'token')
}

/** The account that the request names, or the environment for it. */
export function namedAccount({ selector, account: said }: TokenWish, env: Environment) {
  const { provider, label } = parseSelector(selector)
  const account = label ?? said ?? accountOverride(provider, env.TOKENTRAY_ACCOUNT)
  return { provider, ...(account === undefined ? {} : { account }) }
}

/** The path of the request for a token. */
export function tokenPath(wish: TokenWish, env: Environment): string {
  const { account } = namedAccount(wish, env)
  const query = new URLSearchParams()
  if (wish.minValid !== undefined) query.set('min_valid', String(parseDuration(wish.minValid)))
  if (account !== undefined && !wish.selector.includes(':')) query.set('account', account)
  if (wish.rejected !== undefined) query.set('rejected', rejectedDigest(wish.rejected))
  if (wish.link !== undefined) query.set('link', checkedLink(wish.link))
  return `/v1/token/${encodeURIComponent(wish.selector)}${query.size === 0 ? '' : `?${query}`}`
}

function checkedLink(link: string): string {
  if (link === 'grant' || link === 'api_key') return link
  throw new BrokerError('invalid_request', `"${link.slice(0, 40)}" is no link.`, {
    fix: 'Say --link grant for a login only, or --link api_key for a key only.',
  })
}

export function rejectedDigest(text: string): string {
  if (/^[0-9a-f]{8,64}$/i.test(text)) return text.toLowerCase()
  throw new BrokerError('invalid_request', 'What follows --rejected is no beginning of a SHA-256.', {
    fix: 'Write the first 16 hex digits, or all 64, of the SHA-256 of the token that was refused. Never the token itself.',
  })
}
