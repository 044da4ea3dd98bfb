import { type Command, Option } from 'commander'
import { type BrokerClient, createBrokerClient } from '../client/index.ts'
import {
  BrokerError,
  type KeyStoreKind,
  passphraseUnset,
  type VaultMoveRequest,
  type VaultMoveResponse,
  type VaultStatus,
} from '../protocol/index.ts'
import { askPassphrase } from './ask-passphrase.ts'
import type { ChosenVault } from './chosen-vault.ts'
import type { Terminal } from './hidden-input.ts'
import { describeNamedVaults } from './named-vault-commands.ts'
import type { Output } from './report-error.ts'

interface VaultContext extends Terminal, Output {
  readonly stderr: NodeJS.WriteStream
  readonly words: (text: string) => string
}

interface MoveOptions {
  readonly to: VaultMoveRequest['to']
  readonly dryRun?: boolean
  readonly stdin?: boolean
}

const places: Readonly<Record<KeyStoreKind, string>> = {
  keychain: 'the keychain of your system',
  passphrase: 'a file that your passphrase protects',
  memory: 'memory, until the broker ends',
}

/** `lock`, `unlock` and `vault …`. */
export function describeVault(program: Command, chosen: ChosenVault, process: NodeJS.Process): void {
  const client = () => createBrokerClient(chosen.socket())
  const context: VaultContext = {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    interrupt: () => process.kill(process.pid, 'SIGINT'),
    words: (text) => chosen.words(text),
  }
  const fromPipe = ['--stdin', 'read the passphrase from a pipe'] as const
  program
    .command('lock')
    .description('forget every token and the key of one vault until `unlock`; without --vault, of the default one')
    .action(() => lock(client(), context))
  program
    .command('unlock')
    .description('open the vault again, with its passphrase or the prompt of the keychain')
    .option(...fromPipe)
    .action((options: { stdin?: boolean }) => unlock(client(), options.stdin ?? false, context))
  const vault = program
    .command('vault')
    .description('show or change where the key of the logins is kept, or have several sets of logins')
  describeNamedVaults(vault, chosen, process)
  vault
    .command('status')
    .description('show where the key is, and whether the vault is open')
    .action(async () => {
      context.stdout.write(context.words(vaultText((await client().status()).vault)))
    })
  vault
    .command('move')
    .description('move the key to another store; the old one is deleted last')
    .addOption(new Option('--to <store>', 'where to').choices(['keychain', 'passphrase']).makeOptionMandatory())
    .option('--dry-run', 'change nothing, and say what would happen')
    .option(...fromPipe)
    .action((options: MoveOptions) => move(client(), options, context))
}

async function lock(client: BrokerClient, { stderr, words }: VaultContext): Promise<void> {
  await client.lock()
  stderr.write(words('Locked. No token is handed out until `tokentray unlock`.\n'))
}

/** Asked without a passphrase first: the broker knows whether one is needed. */
async function unlock(client: BrokerClient, fromPipe: boolean, context: VaultContext): Promise<void> {
  const status = await client.unlock({}).catch(async (error: unknown) => {
    if (!(error instanceof BrokerError) || error.code !== 'passphrase_needed') throw error
    const { state } = (await client.status()).vault
    const isNew = state.kind === 'locked' && state.error.code === passphraseUnset
    if (isNew) context.stderr.write('The vault has no passphrase yet. Choose one; there is no way to the logins without it.\n')
    return client.unlock({ passphrase: await askPassphrase(context, { isNew, fromPipe, command: 'tokentray unlock' }) })
  })
  requireOpen(status)
  context.stderr.write('The vault is open.\n')
}

/** The dry run comes first, so that nobody types a passphrase for a move that cannot be. */
async function move(
  client: BrokerClient,
  { to, dryRun = false, stdin = false }: MoveOptions,
  context: VaultContext,
): Promise<void> {
  const plan = await client.moveVault({ to, dry_run: true })
  if (dryRun) return report(plan, 'would be moved', context)
  const command = 'tokentray vault move --to passphrase'
  const passphrase =
    to === 'passphrase' && plan.from !== to
      ? { passphrase: await askPassphrase(context, { isNew: true, fromPipe: stdin, command }) }
      : {}
  report(await client.moveVault({ to, ...passphrase }), 'was moved', context)
}

function report({ from, to, accounts, notice }: VaultMoveResponse, what: string, { stderr }: VaultContext): void {
  const logins = accounts === 1 ? '1 login' : `${accounts} logins`
  // Both are the same when nothing but the rest of an earlier move was left to do, which the notice tells.
  if (from !== to) stderr.write(`The key of ${logins} ${what} from ${places[from]} to ${places[to]}.\n`)
  if (notice !== undefined) stderr.write(`${notice}\n`)
}

function requireOpen({ state }: VaultStatus): void {
  if (state.kind === 'ready') return
  if (state.kind === 'opening') throw new BrokerError('vault_locked', 'The vault is not open yet.', { fix: 'Try again.' })
  const { description, fix } = state.error
  throw new BrokerError(
    state.kind === 'locked' ? 'vault_locked' : 'vault_unavailable',
    description,
    fix === undefined ? {} : { fix },
  )
}

function vaultText({ store, state }: VaultStatus): string {
  const lines = [`key:   in ${places[store]}`, `state: ${state.kind === 'ready' ? 'open' : state.kind}`]
  if (state.kind !== 'ready' && state.kind !== 'opening') {
    lines.push(`       ${state.error.description}`, ...(state.error.fix === undefined ? [] : [`       ${state.error.fix}`]))
  }
  return `${lines.join('\n')}\n`
}
