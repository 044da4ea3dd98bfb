import type { Command } from 'commander'
import { createBrokerClient } from '../client/index.ts'
import type { RemoveVaultResponse, VaultEntry } from '../protocol/index.ts'
import type { ChosenVault } from './chosen-vault.ts'

/** `vault list`, `create` and `remove`, which are for all vaults and take no `--vault`. */
export function describeNamedVaults(vault: Command, chosen: ChosenVault, { stdout, stderr }: NodeJS.Process): void {
  const client = () => createBrokerClient(chosen.mainSocket())
  vault
    .command('list')
    .description('show every vault, with its socket')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: true }) => {
      const { vaults } = await client().vaults()
      stdout.write(json ? `${JSON.stringify(vaults, null, 2)}\n` : listText(vaults))
    })
  vault
    .command('create <name>')
    .description('make a vault with a key, a socket and client permissions of its own')
    .action(async (name: string) => {
      await client().createVault(name)
      stderr.write(`Created: ${name}. Sign in to it with \`tokentray --vault ${name} login <provider>\`.\n`)
    })
  vault
    .command('remove <name>')
    .description('delete a vault with its key; refused while accounts are signed in')
    .option('--sign-out', 'sign out of all its accounts first')
    .action(async (name: string, { signOut = false }: { signOut?: boolean }) => {
      stderr.write(removedText(await client().removeVault(name, signOut)))
    })
}

function listText(vaults: readonly VaultEntry[]): string {
  const width = Math.max(...vaults.map(({ name }) => name.length))
  const lines = vaults.flatMap((entry) => {
    const name = entry.name.padEnd(width)
    const { vault, error, accounts, socket } = entry
    if (error !== undefined) {
      return [
        `${name}  not served: ${error.description}`,
        ...(error.fix === undefined ? [] : [`${''.padEnd(width)}  ${error.fix}`]),
      ]
    }
    const state = vault === undefined || vault.state.kind === 'ready' ? 'open' : vault.state.kind
    return [`${name}  ${state}, ${accounts === 1 ? '1 account' : `${accounts} accounts`}, ${socket ?? ''}`]
  })
  return `${lines.join('\n')}\n`
}

function removedText({ name, signed_out: accounts, notice }: RemoveVaultResponse): string {
  const lines = accounts.map(
    ({ id, revoked }) =>
      `Signed out: ${id}${revoked ? ' (the provider confirmed the revocation)' : ' (not revoked by the provider)'}`,
  )
  return `${[...lines, `Removed: ${name}`, ...(notice === undefined ? [] : [notice])].join('\n')}\n`
}
