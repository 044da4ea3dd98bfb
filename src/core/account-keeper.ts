import { randomBytes } from 'node:crypto'
import { BrokerError, type LoginDecision } from '../protocol/index.ts'
import type { AccountSession } from './account-session.ts'
import { type Accounts, isSomebodyElse, requireOwned, requireSameKind } from './accounts.ts'
import { DelegatedSession } from './delegated-session.ts'
import type { ForeignLogins, WatchedLogins } from './foreign-logins.ts'
import type { AccountRecord, Grant } from './grant.ts'
import type { LoginTarget } from './login-target.ts'
import { OwnedSession } from './owned-session.ts'
import type { AccountIndex, ProviderClient } from './ports.ts'
import { revokeGrant } from './provider-calls.ts'
import type { SessionContext } from './session-context.ts'
import { stateErrorOf } from './session-errors.ts'
import { entryOf } from './session-history.ts'
import { type TokenOwner, unknownOwner } from './token-owner.ts'
import { WatchedSession } from './watched-session.ts'

export interface KeeperContext extends Omit<SessionContext, 'client' | 'onChange'> {
  readonly accounts: Accounts
  readonly index: AccountIndex
  readonly foreign: ForeignLogins
  /** Called with the session that changed, or without one when accounts came or went. */
  readonly onChange: (session?: AccountSession) => void
}

/** What became of a finished login: an account has it, or the person has to say whose place it takes. */
export type Adoption =
  | { readonly kind: 'adopted'; readonly account: string }
  | { readonly kind: 'undecided'; readonly account: string }

/** `isForgotten`: nothing of the grant is on the disk here any more. */
export interface GivenAway<Answer> {
  readonly answer: Answer
  readonly isForgotten: boolean
}

/** Brings accounts into being and out of it: from the index, by a login or a key, and by a sign-out. */
export class AccountKeeper {
  readonly #context: KeeperContext

  constructor(context: KeeperContext) {
    this.#context = context
  }

  /** The index may have been rebuilt by the vault, so it is read again when the vault opens. */
  addIndexed(): void {
    const { accounts, index, log } = this.#context
    for (const record of index.list()) {
      if (accounts.has(record.id)) continue
      const client = accounts.knownClient(record.provider)
      if (client !== undefined) this.#add(this.#sessionOf(record, client))
      else log.warn('account of an unknown provider', { account: record.id, provider: record.provider })
    }
  }

  /** Resolves when the grant is durable. Throws when it cannot be stored; it is kept in memory then (S5). */
  async adopt(grant: Grant, target: LoginTarget, decision?: LoginDecision): Promise<Adoption> {
    const { accounts } = this.#context
    const named = target.account === undefined ? undefined : accounts.get(target.account)
    if (named !== undefined) requireOwned(named)
    if (named !== undefined) requireSameKind(named.record, grant)
    if (named !== undefined && isSomebodyElse(named.record, grant)) {
      if (decision === undefined) return { kind: 'undecided', account: named.record.id }
      if (decision === 'discard') return this.#discard(grant)
      if (decision === 'add') return this.#store(grant, { ...target, label: undefined }, accounts.sameIdentity(grant, undefined))
      const other = accounts.sameIdentity(grant, undefined)
      if (other !== undefined && other !== named) {
        throw new BrokerError('invalid_request', `They are signed in already, as ${other.record.label ?? other.record.id}.`, {
          fix: 'Add them, which renews that account, or discard this sign-in.',
        })
      }
      const replaced = named.known
      const adoption = await this.#store(grant, target, named)
      if (replaced !== undefined) await revokeGrant(accounts.client(grant.provider), replaced)
      return adoption
    }
    return this.#store(grant, target, named ?? accounts.sameIdentity(grant, target.label))
  }

  /** Signs out, and forgets the account unless a login was made meanwhile. Answers whether the provider confirmed the revocation. */
  async signOut(session: AccountSession): Promise<boolean> {
    const { accounts, index, vault, history, clock, onChange } = this.#context
    const { record } = session
    const { id, provider } = record
    const client = accounts.client(provider)
    const [confirmed] = await Promise.all([
      Promise.all(session.letGo().map((grant) => revokeGrant(client, grant))),
      // Of a login of another program nothing is in the vault, which may be locked.
      session.mode === 'owned' ? vault.remove(id) : undefined,
    ])
    const revoked = confirmed.includes(true)
    history.record({ ...entryOf(record, clock.now()), event: 'signed_out', revoked })
    // Servers may take long to revoke. A login that was made meanwhile has the account in use again.
    if (session.state.kind === 'signed_out' && !session.busy && !session.holdsUnsaved) {
      accounts.remove(id)
      index.remove(id)
    }
    onChange()
    return revoked
  }

  /**
   * Has `put` take the grant to another owner, where it is durable then, and forgets the account without revoking anything. It is
   * forgotten even when its file cannot be deleted now; `forget` deletes it later. Throws `invalid_request` for the login of
   * another program, and like `OwnedSession.grantFor` and `put`.
   */
  async giveAway<Answer>(session: AccountSession, put: (grant: Grant) => Promise<Answer>): Promise<GivenAway<Answer>> {
    requireOwned(session)
    const answer = await session.giveAway(put)
    // A login that was made meanwhile has the account in use again.
    if (session.state.kind !== 'signed_out') return { answer, isForgotten: true }
    try {
      await this.forget(session.record.id)
      return { answer, isForgotten: true }
    } catch (error) {
      const { id } = session.record
      this.#context.log.warn('login not deleted after it was given away', { account: id, code: stateErrorOf(error).code })
      return { answer, isForgotten: false }
    }
  }

  /** Forgets an account, or what is left of one, whose login has another owner. Throws `vault_unavailable` when its file cannot be deleted. */
  async forget(id: string): Promise<void> {
    const { accounts, index, vault, history, clock, onChange } = this.#context
    const session = accounts.get(id)
    session?.letGo()
    if (session !== undefined) history.record({ ...entryOf(session.record, clock.now()), event: 'given_back' })
    accounts.remove(id)
    index.remove(id)
    onChange()
    await vault.remove(id)
  }

  /** Replaces what the index keeps of an account. Throws `vault_unavailable` when it cannot be written. */
  change(session: AccountSession, record: AccountRecord): void {
    const { accounts, index, history, clock } = this.#context
    if (record.disabled !== session.record.disabled) {
      history.record({ ...entryOf(record, clock.now()), event: record.disabled ? 'switched_off' : 'switched_on' })
    }
    session.record = record
    accounts.renamed()
    index.put(record)
  }

  async #discard(grant: Grant): Promise<never> {
    await revokeGrant(this.#context.accounts.client(grant.provider), grant)
    throw new BrokerError('login_cancelled', 'The sign-in was discarded. Nothing was changed.')
  }

  async #store(
    grant: Grant,
    { label, rulesAccepted, imported: brought }: Omit<LoginTarget, 'label'> & { readonly label?: string | undefined },
    known: OwnedSession | undefined,
  ): Promise<Adoption> {
    const { accounts, index, clock, history } = this.#context
    if (known !== undefined) requireSameKind(known.record, grant)
    const { provider, issuer, identity, kind } = grant
    const accepted = rulesAccepted ?? known?.record.rulesAccepted
    const name = known?.record.label ?? label
    const imported = brought ?? known?.record.imported
    const record: AccountRecord = {
      id: known?.record.id ?? `${provider}-${randomBytes(4).toString('hex')}`,
      provider,
      issuer,
      ...(kind === undefined ? {} : { kind }),
      identity,
      ...(name === undefined ? {} : { label: name }),
      createdAt: known?.record.createdAt ?? clock.now(),
      ...(accepted === undefined ? {} : { rulesAccepted: accepted }),
      ...(imported === undefined ? {} : { imported }),
      ...(known?.record.disabled ? { disabled: true } : {}),
    }
    const event = known === undefined ? 'signed_in' : isSomebodyElse(known.record, grant) ? 'replaced' : 'renewed'
    const way = brought === undefined ? (kind ?? 'login') : 'import'
    const session = known ?? this.#add(new OwnedSession(record, this.#contextOf(accounts.client(provider))))
    session.record = record
    accounts.renamed()
    // The session holds the grant from its first step on (S5), so a fault of the index cannot lose it.
    const durable = session.adopt(grant)
    history.record({ ...entryOf(record, clock.now()), event, way })
    await Promise.all([durable, Promise.resolve().then(() => index.put(record))])
    return { kind: 'adopted', account: record.id }
  }

  get watched(): WatchedLogins {
    return this.#context.foreign.watched
  }

  /** Throws `not_found` for a program that cannot be asked. */
  ownerOf(program: string): TokenOwner {
    const { owners } = this.#context.foreign
    const owner = owners.get(program)
    if (owner !== undefined) return owner
    throw new BrokerError('not_found', `TokenTray cannot ask "${program.slice(0, 40)}" for a token.`, {
      fix: `It can ask: ${[...owners.keys()].join(', ') || 'no program'}.`,
    })
  }

  /** Adds an account whose login another program owns. Throws `vault_unavailable` when the index cannot be written; it is there then, too. */
  addForeign(record: AccountRecord): AccountSession {
    const session = this.#add(this.#sessionOf(record, this.#context.accounts.client(record.provider)))
    this.#context.index.put(record)
    return session
  }

  #sessionOf(record: AccountRecord, client: ProviderClient): AccountSession {
    const { ownership } = record
    const context = this.#contextOf(client)
    if (ownership === undefined) return new OwnedSession(record, context)
    const { program } = ownership
    const { owners, watched } = this.#context.foreign
    const keep = (changed: AccountRecord) => this.#keep(session, changed)
    const session: AccountSession =
      ownership.mode === 'delegated'
        ? new DelegatedSession(record, { ...context, owner: owners.get(program) ?? unknownOwner(program, record.provider), keep })
        : new WatchedSession(record, { ...context, watched, canBeAsked: owners.has(program), keep })
    return session
  }

  /** What the program told of its login. It tells it again, so that a disk that is full does no harm. */
  #keep(session: AccountSession, record: AccountRecord): void {
    try {
      this.change(session, record)
    } catch (error) {
      this.#context.log.warn('account not written', { account: record.id, code: stateErrorOf(error).code })
    }
    this.#context.onChange(session)
  }

  #contextOf(client: ProviderClient): SessionContext {
    return { ...this.#context, client }
  }

  #add<Session extends AccountSession>(session: Session): Session {
    this.#context.accounts.add(session)
    this.#context.onChange()
    return session
  }
}
