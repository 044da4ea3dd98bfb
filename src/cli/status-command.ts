import { createBrokerClient, followSnapshots } from '../client/index.ts'
import type { BrokerSnapshot } from '../protocol/index.ts'
import type { ChosenVault } from './chosen-vault.ts'
import type { Output } from './report-error.ts'
import { statusText } from './status-text.ts'

export interface StatusOptions {
  readonly json?: boolean
  readonly watch?: boolean
}

/** Prints the status once, or again with every change. With `--json --watch`, one line of JSON per snapshot. */
export async function status(options: StatusOptions, vault: ChosenVault, { stdout }: Output): Promise<void> {
  const socket = vault.socket()
  const print = (snapshot: BrokerSnapshot) => {
    const json = JSON.stringify(snapshot, null, options.watch ? undefined : 2)
    stdout.write(`${options.json ? json : vault.words(statusText(snapshot, Date.now()))}\n`)
  }
  if (!options.watch) return print(await createBrokerClient(socket).status())
  for await (const snapshot of followSnapshots(socket)) {
    if (!options.json) stdout.write(`— ${new Date().toLocaleTimeString()}\n`)
    print(snapshot)
  }
}
