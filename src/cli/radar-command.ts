import type { Command } from 'commander'
import { createBrokerClient } from '../client/index.ts'
import {
  askBrokerLogins,
  type BrokerLogins,
  ignoring,
  type RadarMemory,
  readRadarMemory,
  type SharedLogin,
  sharedLogins,
  writeRadarMemory,
} from '../integrations/index.ts'
import { BrokerError } from '../protocol/index.ts'
import type { ChosenVault } from './chosen-vault.ts'
import { type ImportContext, importContext, lookAround } from './import-command.ts'
import { radarJson, radarText, shortFinding, unreadText } from './radar-text.ts'

interface RadarOptions {
  readonly readStores?: boolean
  readonly ignore?: string
  readonly unignore?: string
  readonly json?: boolean
}

/** The command that looks for logins with several holders. */
export function describeRadarCommand(
  program: Command,
  vault: ChosenVault,
  env: Readonly<Record<string, string | undefined>>,
  process: NodeJS.Process,
): void {
  const context = importContext(vault, env, process)
  program
    .command('radar')
    .description('find the logins that several programs hold, so that they sign each other out')
    .option('--read-stores', 'allow to read the logins of all programs')
    .option('--ignore <finding>', 'do not show a finding any more, until other programs or another login are concerned')
    .option('--unignore <finding>', 'show it again')
    .option('--json', 'print JSON')
    .action((options: RadarOptions) => radar(options, context))
}

async function radar(options: RadarOptions, context: ImportContext): Promise<void> {
  const { home, surroundings, stdout, terminal } = context
  const found = await lookAround(undefined, options, context)
  const before = await readRadarMemory(home)
  const shared = sharedLogins(found, before.key, await brokerLogins(context))
  const { ignored, ...memory } = decided(before, shared, options)
  if (ignored !== before.ignored) await writeRadarMemory(home, { ...memory, ignored })
  const isIgnored = ({ finding }: SharedLogin) => ignored.some((each) => each.finding === finding)
  if (options.json) {
    stdout.write(`${JSON.stringify(radarJson(shared, isIgnored, found))}\n`)
    return
  }
  stdout.write(radarText(shared, isIgnored, surroundings))
  terminal.stderr.write(unreadText(found))
}

/** What is ignored from now on. Throws `not_found` for a finding that is not there. */
function decided(memory: RadarMemory, shared: readonly SharedLogin[], { ignore, unignore }: RadarOptions): RadarMemory {
  let ignored = memory.ignored
  if (unignore !== undefined) {
    const { finding } = theOne(ignored, unignore, 'is ignored')
    ignored = ignored.filter((each) => each.finding !== finding)
  }
  if (ignore !== undefined) {
    ignored = ignoring(ignored, theOne(shared, ignore, 'is there'))
  }
  return { ...memory, ignored }
}

/** The one finding whose name begins so; which one of several is never guessed. */
function theOne<Each extends { readonly finding: string }>(findings: readonly Each[], wanted: string, what: string): Each {
  const isName = /^[0-9a-f]{4,64}$/.test(wanted)
  const [first, ...others] = isName ? findings.filter(({ finding }) => finding.startsWith(wanted)) : []
  if (first !== undefined && others.length === 0) return first
  const names = findings.map(({ finding }) => shortFinding(finding)).join(', ')
  throw new BrokerError('not_found', `No finding "${wanted.slice(0, 64).replaceAll(/\W/g, '?')}" ${what}.`, {
    fix: names === '' ? 'Run `tokentray radar` to see what there is.' : `Name one of these: ${names}.`,
  })
}

/** What the broker holds; undefined when none is running, which is no reason not to look at the others. */
async function brokerLogins({ socket }: ImportContext): Promise<BrokerLogins | undefined> {
  const broker = createBrokerClient(socket())
  return askBrokerLogins((key) => broker.fingerprints(key)).catch((error: unknown) => {
    if (error instanceof BrokerError && error.code === 'broker_not_running') return undefined
    throw error
  })
}
