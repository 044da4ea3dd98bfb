import { Secret, type TokenOwner, type TokenOwners } from '../core/index.ts'
import type { CodexTokens } from '../integrations/owners/codex.ts'
import { codexOwner } from '../integrations/owners/owner.ts'
import type { Surroundings } from '../integrations/tool.ts'

/** The programs that can be asked for tokens of logins of theirs. What talks to them is loaded with the first question. */
export interface OwnersOnDemand {
  readonly owners: TokenOwners
  /** Ends the programs that were started; who waits for one of them is told that there is no token. */
  stop(): Promise<void>
}

/** One for all vaults, so that a program runs once however many ask it. */
export function ownersOnDemand(surroundings: Surroundings): OwnersOnDemand {
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
  return { owners: new Map([[id, owner]]), stop: async () => (await codex)?.stop() }
}
