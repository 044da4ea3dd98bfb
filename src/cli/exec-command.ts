import { basename } from 'node:path'
import { BrokerError } from '../protocol/errors.ts'
import { selectorName } from '../protocol/selector.ts'
import { askToken, type TokenSource } from './asked-token.ts'
import { parseDuration } from './duration.ts'
import { endAs, runChild } from './run-child.ts'
import { parseChosenVariable, type Selected, type SelectedVariables, selectVariables } from './selected-variables.ts'
import { duration } from './status-text.ts'

export interface ExecOptions {
  readonly set?: readonly string[]
  readonly minValid?: string
  readonly client?: string
  readonly verbose?: boolean
}

/** The words of the command line: what stands before `--`, and the command after it. */
export interface ExecWords {
  readonly selectors: readonly string[]
  readonly command: readonly string[]
}

/**
 * Splits the words after `exec`. `argv` is the whole command line, because the parser of options leaves `--` out. Throws
 * `invalid_request` with the line that was probably meant.
 */
export function readExecWords(words: readonly string[], argv: readonly string[]): ExecWords {
  const mark = argv.indexOf('--')
  const command = mark < 0 ? [] : argv.slice(mark + 1)
  const selectors = words.slice(0, words.length - command.length)
  const unknown = selectors.find((each) => each.startsWith('-'))
  if (mark < 0) {
    throw new BrokerError('invalid_request', 'A `--` has to stand between the selectors and the command.', {
      fix: `Did you mean \`${probableLine(words).slice(0, 200)}\`?`,
    })
  }
  if (unknown !== undefined) {
    throw new BrokerError('invalid_request', `"${unknown.slice(0, 40)}" is no option of \`tokentray exec\`.`, {
      fix: 'Options of the command stand after `--`; `tokentray exec --help` lists the others.',
    })
  }
  if (command.length > 0) return { selectors, command }
  throw new BrokerError('invalid_request', 'The command after `--` is missing.', {
    fix: `Write it there, such as \`tokentray exec ${selectors.join(' ') || 'openai-codex'} -- codex\`.`,
  })
}

/**
 * The line that was probably meant. Where an option comes second, the first word is the command and the selector was forgotten. What else
 * the command was told may be secret, and is not repeated.
 */
function probableLine([first = '<selector>', second, ...others]: readonly string[]): string {
  if (second?.startsWith('-')) return `tokentray exec <selector> -- ${first} …`
  return `tokentray exec ${first} -- ${second ?? '<command>'}${others.length === 0 ? '' : ' …'}`
}

/** The name of the program that asks: that of the command, where it can be one. */
export function clientOf(command: string): string {
  const name = basename(command.replaceAll('\\', '/')).replace(/\.(exe|cmd|bat|ps1)$/i, '')
  return selectorName.test(name) ? name : 'tokentray-exec'
}

/** Runs a command with tokens in its environment, and ends as it ends. The tokens are nowhere else than in its environment. */
export async function exec(
  { selectors, command }: ExecWords,
  options: ExecOptions,
  source: Omit<TokenSource, 'client'>,
): Promise<void> {
  const [file = '', ...args] = command
  const asking: TokenSource = { ...source, client: options.client ?? clientOf(file), minValid: options.minValid }
  const chosen = (options.set ?? []).map(parseChosenVariable)
  const variables = await selectVariables(selectors, chosen, (selector) => askToken(selector, asking))
  const { set, removed, selected } = variables
  if (options.verbose) source.stderr.write(tellVariables(variables, source.env))
  if (options.minValid !== undefined) source.stderr.write(tellEarlyEnds(selected, parseDuration(options.minValid), Date.now()))
  const kept = Object.entries(source.env).filter(([name]) => !removed.includes(name))
  const end = await runChild(file, args, { ...Object.fromEntries(kept), ...set })
  if (end.kind === 'failed') source.stderr.write(`tokentray: ${end.reason}\n  ${adviceFor(file, process.platform)}\n`)
  endAs(end)
}

/** Many tools are scripts on Windows, with `.cmd` at their end, and only its shell runs those. */
const adviceFor = (file: string, platform: NodeJS.Platform): string =>
  platform === 'win32'
    ? `Look at PATH. When it is a script of npm, write \`cmd /c ${file}\` after the \`--\`.`
    : 'Look at what stands after `--`, and at PATH.'

/** Names, and never values. */
function tellVariables({ selected, removed }: SelectedVariables, env: TokenSource['env']): string {
  const lines = selected.map(({ selector, token, variables }) => {
    const end = token.expires_at === undefined ? '' : `, valid ${duration(token.expires_at - Date.now() / 1000)}`
    return `tokentray: ${Object.keys(variables).join(', ')}: ${selector} (${token.account}${end})\n`
  })
  const gone = removed.filter((name) => env[name] !== undefined)
  return [...lines, ...gone.map((name) => `tokentray: ${name} is taken away from the command, which may use it instead.\n`)].join(
    '',
  )
}

/** A line for each token that ends too soon. `least` in seconds, `now` in milliseconds. */
export function tellEarlyEnds(selected: readonly Pick<Selected, 'selector' | 'token'>[], least: number, now: number): string {
  const ends = new Map(selected.map(({ selector, token }) => [selector, token.expires_at]))
  return [...ends]
    .filter(([, end]) => end !== undefined && end - now / 1000 < least)
    .map(([selector, end = 0]) => {
      const left = duration(Math.max(0, end - now / 1000))
      return `tokentray: The token of ${selector} ends in ${left}, and the command is not given another one.\n`
    })
    .join('')
}
