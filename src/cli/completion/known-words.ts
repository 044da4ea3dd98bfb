import { askBroker, parseJson } from '../../client/one-shot.ts'
import type { AccountStatus, BrokerSnapshot, ClientPolicy, LedgerEntry, Share, VaultEntry } from '../../protocol/index.ts'
import { socketPath } from '../../protocol/socket-path.ts'
import { selectors } from '../status-text.ts'
import type { KnownKind, Wanted, Word } from './wanted-words.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** How long a person who has pressed Tab waits for a broker. Milliseconds. */
const patience = 500

/** How many lines of the ledger are looked through for names of clients. */
const latest = 200

type Ask = <Answer>(path: string, vault?: string) => Promise<Answer>

/**
 * What a broker names that runs. It is asked for what it knows anyway: nothing is opened, refreshed or started, and nobody is asked for
 * a passphrase. Without a broker, or when it is too slow, there are no words; never throws.
 */
export async function knownWords(wanted: Wanted, env: Environment): Promise<readonly Word[]> {
  if (wanted.known === undefined) return []
  const signal = AbortSignal.timeout(patience)
  const chosen = wanted.vault ?? env.TOKENTRAY_VAULT_NAME
  const ask: Ask = async <Answer>(path: string, vault = chosen) => {
    const socket = socketPath(env, process.platform, vault || undefined)
    return parseJson(await askBroker({ socket, method: 'GET', path, timeout: patience, signal })) as Answer
  }
  return lookups[wanted.known](ask, wanted.provider).catch(() => [])
}

const accountsOf = async (ask: Ask) => (await ask<BrokerSnapshot>('/v1/status')).accounts

const lookups: Readonly<Record<KnownKind, (ask: Ask, provider: string | undefined) => Promise<readonly Word[]>>> = {
  selector: async (ask) => selectorWords(await accountsOf(ask)),
  provider: async (ask) => providerWords(await accountsOf(ask)),
  account: async (ask, provider) => labelWords(await accountsOf(ask), provider),
  client: async (ask) => {
    const ledger = await ask<{ entries: LedgerEntry[] }>(`/v1/ledger?limit=${latest}`)
    return clientWords(await ask<ClientPolicy>('/v1/policy'), ledger)
  },
  // Of all vaults, the default one tells.
  vault: async (ask) => (await ask<{ vaults: VaultEntry[] }>('/v1/vaults', '')).vaults.map(({ name }) => ({ word: name })),
  share: async (ask) => (await ask<{ shares: Share[] }>('/v1/shares')).shares.map(({ id, name }) => ({ word: id, about: name })),
}

/** Whoever is signed in, by the shortest name that is good, and each provider that has an account. */
function selectorWords(accounts: readonly AccountStatus[]): readonly Word[] {
  const select = selectors(accounts)
  const present = accounts.filter(isAccount)
  const named = present.map((row) => ({ word: select(row), about: row.provider_name }))
  return [...named, ...present.map((row) => ({ word: row.provider, about: row.provider_name }))]
}

const providerWords = (accounts: readonly AccountStatus[]): readonly Word[] =>
  accounts.map((row) => ({ word: row.provider, about: row.provider_name }))

/** The labels of the accounts of a provider, or of all, and the ids of those without one. */
function labelWords(accounts: readonly AccountStatus[], provider: string | undefined): readonly Word[] {
  const known = accounts.some((row) => row.provider === provider)
  const own = accounts.filter((row) => isAccount(row) && (!known || row.provider === provider))
  return own.map(({ id, label, provider_name: name }) => ({ word: label ?? id, about: name }))
}

/** A provider without an account has a row of its own. */
const isAccount = ({ id, provider }: AccountStatus): boolean => id !== provider

function clientWords({ rules }: ClientPolicy, { entries }: { readonly entries: readonly LedgerEntry[] }): readonly Word[] {
  const decided = rules.map(({ client, decision }) => ({ word: client, about: decision === 'allow' ? 'allowed' : 'denied' }))
  return [...decided, ...entries.map(({ caller }) => ({ word: caller.name, about: 'has asked for a token' }))]
}
