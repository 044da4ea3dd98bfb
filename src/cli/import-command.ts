import { type Command, Option } from 'commander'
import { createBrokerClient } from '../client/index.ts'
import {
  type FoundStore,
  findStores,
  importRequestOf,
  isMovable,
  type MovableLogin,
  moveLogin,
  readConsents,
  rememberConsent,
  type Surroundings,
  stores,
  surroundingsOf,
} from '../integrations/index.ts'
import { BrokerError, homeFolder, type LoginSource } from '../protocol/index.ts'
import type { ChosenVault } from './chosen-vault.ts'
import { askLine, type Terminal } from './hidden-input.ts'
import { findIn, runningText, severalFix } from './import-file.ts'
import { listText, storesJson } from './import-text.ts'
import { withRules } from './rule-card.ts'
import { undoImport } from './undo-import.ts'

type Environment = Readonly<Record<string, string | undefined>>

interface ImportOptions {
  readonly move?: boolean
  readonly undo?: boolean
  readonly login?: string
  readonly file?: string
  readonly label?: string
  /** Undefined when nothing was said. */
  readonly readStores?: boolean
  readonly dryRun?: boolean
  readonly json?: boolean
  readonly acceptProviderRules?: boolean
}

export interface ImportContext {
  readonly surroundings: Surroundings
  readonly home: string
  readonly socket: () => string
  /** See `ChosenVault.words`. */
  readonly words: (text: string) => string
  readonly terminal: Terminal
  readonly stdout: { write(text: string): unknown }
}

/** What the commands about logins of other programs work with. */
export function importContext(
  vault: ChosenVault,
  env: Environment,
  { stdin, stdout, stderr, kill, pid }: NodeJS.Process,
): ImportContext {
  return {
    surroundings: surroundingsOf(env),
    home: homeFolder(env),
    socket: () => vault.socket(),
    words: (text) => vault.words(text),
    terminal: { stdin, stderr, interrupt: () => kill(pid, 'SIGINT') },
    stdout,
  }
}

/** The command about logins that other programs keep. */
export function describeImportCommands(program: Command, vault: ChosenVault, env: Environment, process: NodeJS.Process): void {
  const context = importContext(vault, env, process)
  program
    .command('import [program]')
    .description('show the logins that other programs keep, or take one over')
    .option('--move', 'take the login over: TokenTray alone refreshes it, and the program keeps an access token only')
    .option('--login <name>', 'which login, when the program has several')
    .option('--file <path>', 'a file of the program that is somewhere else, such as a copy of it')
    .option('--label <label>', 'label of the new account')
    .option('--read-stores', 'allow to read the logins of this program (of all, without one)')
    .option('--no-read-stores', 'do not read them any more')
    .addOption(
      new Option('--undo', 'give a login that moved here back to its program (without one: list what can go back)').conflicts(
        'move',
      ),
    )
    .option('--dry-run', 'say what would be done')
    .option('--accept-provider-rules', 'you have read the rule card of the provider')
    .option('--json', 'print JSON')
    .action((name: string | undefined, options: ImportOptions) => importLogins(name, options, context))
}

async function importLogins(name: string | undefined, options: ImportOptions, context: ImportContext): Promise<void> {
  if (options.undo) {
    const { socket, words: _, terminal, ...others } = context
    return undoImport(name, options, { ...others, broker: createBrokerClient(socket()), stderr: terminal.stderr })
  }
  if (options.move) return move(name, options, context)
  const found = (await lookAround(name, options, context)).filter(({ store }) => name === undefined || store.id === name)
  context.stdout.write(options.json ? `${JSON.stringify(storesJson(found))}\n` : listText(found, context.surroundings))
}

/** Every file that is there; read where the person allows it, which is asked for on a terminal when one program is meant. */
export async function lookAround(
  name: string | undefined,
  options: Pick<ImportOptions, 'readStores' | 'file'>,
  context: ImportContext,
): Promise<readonly FoundStore[]> {
  const { home, surroundings } = context
  if (name !== undefined && !stores.some(({ id }) => id === name)) throw unknownProgram(name)
  let consents = await readConsents(home)
  const meant = name === undefined ? stores.map(({ id }) => id) : [name]
  for (const id of meant) {
    const before = consents[id]
    const said = options.readStores ?? (name !== undefined && before === undefined ? await askConsent(id, context) : undefined)
    // With no program named, a yes to all does not take back a no to one.
    if (said === undefined || (name === undefined && said && before === 'refused')) continue
    consents = await rememberConsent(home, id, said ? 'allowed' : 'refused')
  }
  return findIn(surroundings, consents, name, options.file)
}

async function askConsent(id: string, { terminal, surroundings }: ImportContext): Promise<boolean | undefined> {
  const [there] = (await findStores(surroundings, {})).filter(({ store }) => store.id === id)
  if (there === undefined || !terminal.stdin.isTTY || !terminal.stderr.isTTY) return undefined
  const answer = await askLine(terminal, `May TokenTray read the logins of ${there.store.name} in ${there.file}? [y/N] `)
  return /^y(es)?$/i.test(answer)
}

async function move(name: string | undefined, options: ImportOptions, context: ImportContext): Promise<void> {
  if (name === undefined) {
    throw new BrokerError('invalid_request', 'It is not said whose login is to move.', {
      fix: 'Run `tokentray import` to see them.',
    })
  }
  const found = (await lookAround(name, options, context)).filter(({ store }) => store.id === name)
  const { store, file, login } = theOne(name, found, options.login)
  const { surroundings, terminal } = context
  if (options.dryRun) {
    terminal.stderr.write(`TokenTray would take over ${login.name} (${login.provider}) from ${store.name}.\n`)
    terminal.stderr.write(`  In ${file}, the refresh token would be emptied. Nothing was changed.\n`)
    return
  }
  const broker = createBrokerClient(context.socket())
  // The rule card is asked about outside of the move: its program must not wait for a person.
  const run = (accepts: boolean) => {
    const hand = (moving: MovableLogin, source: LoginSource) =>
      broker.importLogin({ ...importRequestOf(moving, { label: options.label, accepts }), source })
    return moveLogin({ store, file, name: login.name, surroundings, hand })
  }
  const { account } = await withRules(login.provider, broker, terminal, run, options.acceptProviderRules === true)
  terminal.stderr.write(`Moved: ${account.id}. TokenTray alone refreshes this login from now on.\n`)
  terminal.stderr.write(
    `  ${store.name} keeps its access token until it ends. To have a login of its own again: ${store.signIn}\n`,
  )
  const running = await runningText(store)
  if (running !== undefined) terminal.stderr.write(`  ${running}\n`)
  terminal.stderr.write(context.words(`  To undo this: \`tokentray import --undo ${store.id}\`\n`))
}

/** The login that is meant. Which one of several is never guessed. */
function theOne(name: string, found: readonly FoundStore[], wanted: string | undefined) {
  if (found.length === 0)
    throw new BrokerError('not_found', `There is no file with logins of ${name}.`, { fix: 'Run `tokentray import`.' })
  if (found.every(({ consent }) => consent !== 'allowed')) {
    throw new BrokerError('invalid_request', `The logins of ${name} are not read without your yes.`, {
      fix: `Run \`tokentray import ${name} --move --read-stores\` to allow it.`,
    })
  }
  const movable = found.flatMap(({ store, file, contents }) =>
    contents?.kind === 'read' ? contents.logins.filter(isMovable).map((login) => ({ store, file, login })) : [],
  )
  const fitting = movable.filter(({ login }) => wanted === undefined || login.name === wanted)
  const [first, ...others] = fitting
  if (first === undefined) {
    throw new BrokerError(
      'not_found',
      `${name} has no login${wanted === undefined ? '' : ` "${wanted.slice(0, 80)}"`} that can move.`,
      {
        fix: `Run \`tokentray import ${name}\` to see what there is.`,
      },
    )
  }
  // Copies of one login within a program move together.
  if (others.every(({ login }) => login.refreshToken === first.login.refreshToken)) return first
  throw new BrokerError('invalid_request', `${name} has several logins.`, {
    fix: severalFix(fitting),
  })
}

function unknownProgram(name: string): BrokerError {
  return new BrokerError('not_found', `TokenTray knows no program "${name.slice(0, 40)}".`, {
    fix: `Known: ${stores.map(({ id }) => id).join(', ')}.`,
  })
}
