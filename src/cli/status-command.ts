import { createBrokerClient, followSnapshots } from '../client/index.ts'
import { BrokerError, type BrokerSnapshot } from '../protocol/index.ts'
import type { ChosenVault } from './chosen-vault.ts'
import { followAlways } from './follow.ts'
import type { Output } from './report-error.ts'
import { type BarFormat, barFormats, barLine, type NoBroker } from './status-bar.ts'
import { statusText } from './status-text.ts'

export const statusFormats = ['text', 'json', ...barFormats] as const

export interface StatusOptions {
  readonly json?: boolean
  readonly watch?: boolean
  readonly format?: (typeof statusFormats)[number]
}

/** Prints the status once, or again with every change. JSON that is watched is one line per snapshot. */
export async function status(options: StatusOptions, vault: ChosenVault, { stdout }: Output): Promise<void> {
  const { format = options.json ? 'json' : 'text', watch } = options
  switch (format) {
    case 'waybar':
    case 'tmux':
      return showInBar(format, watch === true, vault, stdout)
    case 'json':
      return eachSnapshot(vault, watch, (snapshot) => stdout.write(`${JSON.stringify(snapshot, null, watch ? undefined : 2)}\n`))
    case 'text':
      return eachSnapshot(vault, watch, (snapshot) => {
        if (watch) stdout.write(`— ${new Date().toLocaleTimeString()}\n`)
        stdout.write(`${vault.words(statusText(snapshot, Date.now()))}\n`)
      })
  }
}

async function eachSnapshot(vault: ChosenVault, watch: boolean | undefined, print: (snapshot: BrokerSnapshot) => void) {
  if (!watch) return print(await createBrokerClient(vault.socket()).status())
  for await (const snapshot of followSnapshots(vault.socket())) print(snapshot)
}

/** A bar has a line at all times: that there is no broker is a state like any other, and no failure. */
async function showInBar(format: BarFormat, watch: boolean, vault: ChosenVault, stdout: Output['stdout']): Promise<void> {
  const socket = vault.socket()
  let last = ''
  const print = (shown: BrokerSnapshot | NoBroker) => {
    const details = 'problem' in shown ? shown.problem : statusText(shown, Date.now())
    const line = barLine(format, shown, vault.words(details))
    // Most changes are of something that the bar does not show.
    if (line !== last) stdout.write(`${line}\n`)
    last = line
  }
  const without = (error: BrokerError | undefined) =>
    print({ problem: error === undefined ? 'The broker ended.' : `${error.message} ${error.fix ?? ''}`.trimEnd() })
  if (watch) {
    for await (const snapshot of followAlways(() => followSnapshots(socket), without)) print(snapshot)
    return
  }
  const present = await createBrokerClient(socket)
    .status()
    .catch((error: unknown) => {
      if (error instanceof BrokerError && error.code === 'broker_not_running') return error
      throw error
    })
  if (present instanceof BrokerError) without(present)
  else print(present)
}
