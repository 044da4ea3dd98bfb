import { type ForeignLogins, type ProviderClient, Secret, type TokenOwner, type WatchedLogins } from '../core/index.ts'
import type { CodexTokens } from '../integrations/owners/codex.ts'
import { codexOwner } from '../integrations/owners/owner.ts'
import type { Surroundings } from '../integrations/tool.ts'

/** The ways to logins of other programs. What talks to a program, and what reads files of programs, is loaded with its first use. */
export interface ForeignLoginsOnDemand extends ForeignLogins {
  /** Ends the programs that were started; who waits for one of them is told that there is no token. */
  stop(): Promise<void>
}

export interface ForeignLoginsContext {
  readonly surroundings: Surroundings
  /** Where it is kept what the person said about reading the logins of programs. */
  readonly home: string
  readonly clients: readonly ProviderClient[]
}

/** One for all vaults, so that a program runs once however many ask it. */
export function foreignLogins(context: ForeignLoginsContext): ForeignLoginsOnDemand {
  const { surroundings } = context
  let codex: Promise<CodexTokens> | undefined
  const loadCodex = async () => {
    const [{ CodexTokens }, { fileReaders }] = await Promise.all([
      import('../integrations/owners/codex.ts'),
      import('../integrations/file-readers.ts'),
    ])
    return new CodexTokens(surroundings, fileReaders)
  }
  const { id, name, provider, signIn } = codexOwner
  const owner: TokenOwner = {
    program: id,
    name,
    provider,
    signIn,
    token: async (renew) => {
      codex ??= loadCodex()
      return new Secret(await (await codex).token(renew))
    },
  }
  const watching = async () => (await import('./watched-logins.ts')).watchedLogins(context)
  const watched: WatchedLogins = {
    find: async (wish) => (await watching()).find(wish),
    look: async (ownership) => (await watching()).look(ownership),
  }
  return { owners: new Map([[id, owner]]), watched, stop: async () => (await codex)?.stop() }
}
