import { createHash } from 'node:crypto'
import { lstat, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Broker, type Clock, type Grant, type Log, toEpochSeconds } from '../core/index.ts'
import { type AccountStatus, BrokerError, type LoginSource, type MovedLogin, type ReturnedLogin } from '../protocol/index.ts'
import type { MovedLoginDesk } from '../server/index.ts'
import { type MovedLoginEntry, type MovedLoginList, mostMovedLogins } from './moved-login-list.ts'

export interface MovedLoginsContext {
  readonly broker: Pick<Broker, 'accounts' | 'snapshot'>
  readonly clock: Clock
  readonly log: Log
  readonly list: MovedLoginList
}

/** As in the request. */
const mostFiles = 20

/**
 * Where the logins of one vault came from, and their way back. The broker writes a login into the file of its program itself, so that a
 * refresh token is in no answer of the socket. At each moment the login has one owner: what is noted before each step and the disk tell
 * after a crash who it is, and `settle` sees to it before anything can be refreshed.
 */
export class MovedLogins implements MovedLoginDesk {
  readonly #context: MovedLoginsContext
  #entries: readonly MovedLoginEntry[] = []
  /** One change after the other. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(context: MovedLoginsContext) {
    this.#context = context
  }

  /** Ends what a crash has left in the middle. Only before the broker can refresh anything; never throws. */
  async settle(): Promise<void> {
    this.#entries = this.#context.list.read()
    for (const entry of this.#entries.filter(({ returning }) => returning !== undefined)) {
      await this.#settle(entry).catch((error: unknown) => {
        const code = error instanceof BrokerError ? error.code : 'internal_error'
        this.#context.log.warn('return of a login not ended', { account: entry.account, code })
      })
    }
  }

  list(): readonly MovedLogin[] {
    return this.#entries.filter(this.#isThere).map(({ account, provider, program, login, files, moved_at }) => ({
      account,
      provider,
      program,
      login,
      path: files[0]?.path ?? '',
      moved_at,
    }))
  }

  remember({ id: account, provider }: AccountStatus, source: LoginSource, already: boolean): Promise<void> {
    return this.#inTurn(async () => {
      const known = this.#entries.filter((entry) => entry.returning !== undefined || this.#isThere(entry))
      const isSame = (entry: MovedLoginEntry) => entry.account === account && entry.program === source.program
      // Another login has taken the place of the one that the other programs had.
      const others = known.filter((entry) => entry.account !== account || (already && !isSame(entry)))
      const before = already ? known.find(isSame) : undefined
      const copies = before?.files.filter(({ path }) => source.files.every((file) => file.path !== path)) ?? []
      const files = [...source.files, ...copies].slice(0, mostFiles)
      const entry = { ...source, files, account, provider, moved_at: toEpochSeconds(this.#context.clock.now()) }
      await this.#write([...others, entry].slice(-mostMovedLogins))
    })
  }

  returnLogin(account: string, program: string): Promise<ReturnedLogin> {
    return this.#inTurn(async () => {
      const entry = this.#entries.find((each) => each.account === account && each.program === program && this.#isThere(each))
      if (entry === undefined) {
        throw new BrokerError('not_found', `No login of ${account.slice(0, 80)} came from ${program}, as far as is known here.`, {
          fix: 'Run `tokentray import --undo` to see what can go back.',
        })
      }
      const { broker, log } = this.#context
      // An earlier attempt that could not take back its note has left a text beside the file.
      if (entry.returning !== undefined) await unlink(entry.returning.unfinished).catch(() => undefined)
      // With its first use, as it brings along a package for foreign files.
      const { returnLogin } = await import('../integrations/stores/return-login.ts')
      const { answer, isForgotten } = await broker.accounts.giveAway(account, (grant, { imported }) => {
        const tokens = tokensOf(grant)
        const same = new Set([imported, grant.refreshToken?.fingerprint()])
        return returnLogin({
          program,
          provider: grant.provider,
          files: entry.files,
          tokens,
          isSame: (token) => same.has(createHash('sha256').update(token).digest('hex')),
          witness: this.#witness(entry),
        })
      })
      log.info('login returned', { account, program })
      // As long as something of it is here, the next start has to know.
      if (isForgotten) await this.#write(this.#entries.filter((each) => each.account !== account)).catch(() => {})
      return { account, provider: entry.provider, program, written: [...answer.written], left: [...answer.left] }
    })
  }

  async #settle(entry: MovedLoginEntry): Promise<void> {
    const { account, returning } = entry
    if (returning === undefined) return
    if (returning.step === 'placing' && (await isGone(returning.unfinished))) {
      await this.#context.broker.accounts.forgetGivenAway(account)
      this.#context.log.info('login returned', { account, program: entry.program })
      return this.#write(this.#entries.filter((each) => each.account !== account))
    }
    // It has the same token as the vault, which remains its owner.
    await unlink(returning.unfinished).catch(() => undefined)
    await this.#witness(entry).withdrawn()
  }

  #witness({ account, program }: MovedLoginEntry) {
    const note = (returning: MovedLoginEntry['returning']) =>
      this.#write(
        this.#entries.map((each) => {
          if (each.account !== account || each.program !== program) return each
          const { returning: _, ...rest } = each
          return returning === undefined ? rest : { ...rest, returning }
        }),
      )
    return {
      preparing: (unfinished: string) => note({ step: 'preparing', unfinished }),
      placing: (unfinished: string) => note({ step: 'placing', unfinished }),
      withdrawn: () => note(undefined),
    }
  }

  /** Whether its account has not been forgotten. */
  #isThere = ({ account }: MovedLoginEntry): boolean => this.#context.broker.snapshot().accounts.some(({ id }) => id === account)

  async #write(entries: readonly MovedLoginEntry[]): Promise<void> {
    await this.#context.list.write(entries)
    this.#entries = entries
  }

  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const result = this.#last.then(change)
    this.#last = result.catch(() => undefined)
    return result
  }
}

/** A folder that is gone has taken everything in it along: then nobody else has the login. */
async function isGone(path: string): Promise<boolean> {
  const code = (from: string) =>
    lstat(from).then(
      () => undefined,
      ({ code: fault }: NodeJS.ErrnoException) => fault,
    )
  return (await code(path)) === 'ENOENT' && (await code(dirname(path))) === undefined
}

function tokensOf({ accessToken, refreshToken, idToken, expiresAt, obtainedAt }: Grant) {
  if (refreshToken === undefined) {
    throw new BrokerError('invalid_request', 'This login has no refresh token, so that there is nothing to give back.', {
      fix: 'Sign in to the program itself, and sign out here with `tokentray logout`.',
    })
  }
  return {
    accessToken: accessToken.expose(),
    refreshToken: refreshToken.expose(),
    ...(idToken === undefined ? {} : { idToken: idToken.expose() }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    obtainedAt,
  }
}
