import type { HostCommands } from '../host/handle.ts'
import { hasAccount } from '../ipc/account-words.ts'
import type { Asks } from '../ipc/asks.ts'
import type { AccountStatus } from '../protocol/index.ts'

/** What the host is asked for when the person signs in at `row`, which may be a provider without an account. */
export function loginRequest(row: AccountStatus, ask: Asks['login:start']): HostCommands['start_login']['ask'] {
  // A key is never signed in to: a login beside it becomes an account of its own.
  const again = hasAccount(row) && ask.another !== true && row.kind === undefined
  return {
    provider: row.provider,
    ...(ask.flow === undefined ? {} : { flow: ask.flow }),
    ...(again ? { account: row.id } : {}),
    ...shared(ask),
  }
}

/** What the host is asked for when the person brings a key along. In place of another key, it takes the row of that key. */
export function keyRequest(row: AccountStatus, ask: Asks['account:add-key']): HostCommands['add_key']['ask'] {
  const instead = hasAccount(row) && ask.another !== true && row.kind !== undefined
  return {
    provider: row.provider,
    secret: ask.key,
    ...(ask.kind === undefined ? {} : { kind: ask.kind }),
    ...(instead ? { account: row.id } : {}),
    ...shared(ask),
  }
}

function shared({ label, accept }: Pick<Asks['login:start'], 'label' | 'accept'>) {
  return {
    ...(label === undefined ? {} : { label }),
    ...(accept === true ? { accept_provider_rules: true } : {}),
  }
}
