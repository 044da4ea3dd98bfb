import type { Command } from 'commander'
import { type BrokerClient, createBrokerClient } from '../client/index.ts'
import { certificatePlaces, findStores, proxyFrom, surroundingsOf } from '../integrations/index.ts'
import { BrokerError, errorTable, homeFolder } from '../protocol/index.ts'
import { readVersion } from '../protocol/version.ts'
import type { ChosenVault } from './chosen-vault.ts'
import { homeFinding, socketFindings, storeFindings } from './doctor-files.ts'
import {
  accountFindings,
  brokerFinding,
  certificateFindings,
  clockFinding,
  portFindings,
  proxyFinding,
  serverFindings,
  vaultFinding,
} from './doctor-findings.ts'
import { doctorText } from './doctor-text.ts'
import { advice, type Finding, problem } from './finding.ts'

type Environment = Readonly<Record<string, string | undefined>>

interface DoctorOptions {
  readonly online?: boolean
  readonly json?: boolean
}

const doctorHelp = `
A problem keeps something from working and makes the exit code 1; an advice does not. Files of other programs are looked at from outside:
their presence and their mode, never what is in them.
`

/** The command that looks at everything that tokens depend on. */
export function describeDoctor(program: Command, vault: ChosenVault, env: Environment, process: NodeJS.Process): void {
  program
    .command('doctor')
    .description('look at everything that tokens depend on, and say what to do')
    .option('--online', 'ask the servers of your accounts, too, without any login: whether they answer, and what time it is')
    .option('--json', 'print JSON')
    .addHelpText('after', doctorHelp)
    .action(async ({ online = false, json = false }: DoctorOptions) => {
      const told = (await examine(vault, env, online)).map(({ fix, ...each }) => ({
        ...each,
        what: vault.words(each.what),
        ...(fix === undefined ? {} : { fix: vault.words(fix) }),
      }))
      process.stdout.write(json ? `${JSON.stringify(told, null, 2)}\n` : `${doctorText(told)}\n`)
      if (told.some(({ verdict }) => verdict === 'problem')) process.exitCode = errorTable.internal_error.exit
    })
}

/** Without a broker, what can be seen without one. */
async function examine(vault: ChosenVault, env: Environment, online: boolean): Promise<readonly Finding[]> {
  const socket = vault.socket()
  const asked = await askAll(createBrokerClient(socket), vault, env, online)
  const surroundings = surroundingsOf(env)
  const stores = await findStores(surroundings, {})
  return [
    ...(await socketFindings(socket)),
    ...asked.findings,
    await homeFinding(asked.home),
    ...storeFindings(stores, asked.keptFiles),
  ]
}

interface Asked {
  readonly findings: readonly Finding[]
  readonly home: string
  readonly keptFiles: readonly string[]
}

async function askAll(broker: BrokerClient, vault: ChosenVault, env: Environment, online: boolean): Promise<Asked> {
  try {
    const health = await broker.health()
    const now = Math.floor(Date.now() / 1000)
    const snapshot = await broker.status()
    const files = await broker.tokenFiles().catch(whenOlder([]))
    return {
      findings: [
        brokerFinding(health, readVersion(), now),
        vaultFinding(snapshot.vault),
        ...accountFindings(snapshot, now),
        ...(await surroundingFindings(broker, env, online)),
      ],
      home: health.home,
      keptFiles: files.map(({ path }) => path),
    }
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error
    const { message, fix } = vault.explained(error) as BrokerError
    return { findings: [problem('broker', message, fix)], home: homeFolder(env), keptFiles: [] }
  }
}

/** What the broker sees of the computer, beside what is seen from here. */
async function surroundingFindings(broker: BrokerClient, env: Environment, online: boolean): Promise<readonly Finding[]> {
  const seen = await broker.diagnosis(online).catch(whenOlder(undefined))
  if (seen === undefined)
    return [advice('broker', 'It cannot say what it sees of this computer.', 'It is older than this command.')]
  // Asked again: servers that are slow to answer have taken their time.
  const now = Math.floor(Date.now() / 1000)
  return [
    ...portFindings(seen.redirect_ports),
    clockFinding(seen.clock, online, now),
    proxyFinding(seen, proxyFrom(env)),
    ...certificateFindings(seen.certificates, await certificatePlaces(env)),
    ...serverFindings(seen.servers),
  ]
}

/** The answer in place of a path that an older broker does not have. */
const whenOlder =
  <Value>(instead: Value) =>
  (error: unknown): Value => {
    if (error instanceof BrokerError && error.code === 'not_found') return instead
    throw error
  }
