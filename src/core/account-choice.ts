import type { ExplainedLink } from '../protocol/index.ts'
import { defaultChain } from '../protocol/provider.ts'
import type { AccountSession } from './account-session.ts'
import { type Accounts, isOfAccounts, type Ordered } from './accounts.ts'
import type { Clock } from './clock.ts'
import type { AccountIndex, ProviderClient } from './ports.ts'
import type { TokenRequest } from './token-request.ts'

/** How long a client stays with the account it was given, when it does not ask. Milliseconds. */
const stickyFor = 3_600_000

/** Clients that are remembered. */
const mostSticky = 1_024

export interface ChoiceContext {
  readonly clock: Clock
  readonly accounts: Accounts
  readonly index: Pick<AccountIndex, 'preferences'>
  /** When the used-up limit of an account ends, in milliseconds; undefined when it is not known to be used up. */
  readonly exhaustedUntil: (account: string) => number | undefined
  /** Whether the provider has refused the token that an account holds, although it should still be good. */
  readonly holdsRefused: (session: AccountSession) => boolean
}

interface Candidate {
  readonly link: keyof Ordered
  readonly session: AccountSession
  readonly sticky: boolean
}

/**
 * Which account of a provider a client is given that names none. The chain says whether logins or keys come first; a key steps in only for
 * a login that has ended or is switched off, never for one that is merely slow. Within one link it is the first account of the order,
 * unless the person has switched failover on: then it is the first that can give a token, and a client stays with the one it has,
 * because a conversation cannot move between accounts.
 */
export class AccountChoice {
  readonly #context: ChoiceContext
  /** By client and provider: which account, and when it was last asked for. */
  readonly #sticky = new Map<string, { readonly account: string; readonly at: number }>()

  constructor(context: ChoiceContext) {
    this.#context = context
  }

  /**
   * Undefined when the provider has no account at all, or none of the link that is wanted. When none can give a token, the first one
   * says why. Every request that names no account comes by here, so that the usual case makes nothing that has to be thrown away.
   */
  choose(
    provider: ProviderClient,
    client: string,
    request: TokenRequest,
    wanted: keyof Ordered | undefined = request.link,
  ): AccountSession | undefined {
    const { accounts, index } = this.#context
    const { chain = defaultChain, failover } = index.preferences(provider.id)
    if (failover) return this.#chooseAny(provider, client, request, wanted)
    const ordered = accounts.ordered(provider)
    let first: AccountSession | undefined
    for (const link of chain) {
      const session = isOfAccounts(link) && (wanted ?? link) === link ? ordered[link][0] : undefined
      if (session !== undefined && this.#fault(session, false, request) === undefined) return session
      first ??= session
    }
    return first
  }

  #chooseAny(
    provider: ProviderClient,
    client: string,
    request: TokenRequest,
    wanted: keyof Ordered | undefined,
  ): AccountSession | undefined {
    const candidates = this.#candidates(provider, client).filter(({ link }) => (wanted ?? link) === link)
    const chosen = candidates.find(({ session }) => this.#fault(session, true, request) === undefined)
    if (chosen !== undefined) this.#remember(provider, client, chosen.session)
    return (chosen ?? candidates[0])?.session
  }

  /** The same, with the reason for each account, or for each of one kind; changes nothing. */
  explain(provider: ProviderClient, client: string, wanted?: keyof Ordered): readonly ExplainedLink[] {
    const failover = this.#fails(provider)
    let found = false
    const candidates = this.#candidates(provider, client).filter(({ link }) => (wanted ?? link) === link)
    return candidates.map(({ link, session, sticky }): ExplainedLink => {
      const fault = this.#fault(session, failover)
      const verdict = found ? 'not_reached' : fault === undefined ? 'used' : 'passed_over'
      const reason = fault ?? (sticky ? 'this client has it already' : 'it can give a token')
      found ||= fault === undefined
      return { link, verdict, ...describe(session), reason: verdict === 'not_reached' ? 'an earlier one is used' : reason }
    })
  }

  /** A new order or another setting begins anew. */
  forget(): void {
    this.#sticky.clear()
  }

  #candidates(provider: ProviderClient, client: string): readonly Candidate[] {
    const { accounts, index } = this.#context
    const ordered = accounts.ordered(provider)
    const { chain = defaultChain, failover } = index.preferences(provider.id)
    const links = chain.filter(isOfAccounts)
    if (!failover) {
      return links.flatMap((link) => ordered[link].slice(0, 1).map((session) => ({ link, session, sticky: false })))
    }
    const held = this.#held(provider, client)
    return links.flatMap((link) => {
      const first = ordered[link].filter(({ record }) => record.id === held)
      const others = ordered[link].filter(({ record }) => record.id !== held)
      return [
        ...first.map((session) => ({ link, session, sticky: true })),
        ...others.map((session) => ({ link, session, sticky: false })),
      ]
    })
  }

  /** Why an account cannot give a token, if it cannot. */
  #fault(session: AccountSession, failover: boolean, request: TokenRequest = {}): string | undefined {
    if (session.record.disabled) return 'it is switched off'
    if (session.mode === 'watched') return `it is read-only: ${session.record.ownership?.program} owns it`
    const { state } = session
    if (state.kind === 'signed_out') return 'it was signed out'
    // A token that is good is of use, although there will be no other one.
    const held = () => session.held(request) !== undefined && !this.#context.holdsRefused(session)
    // The program that owns a login is asked again after a while: nobody tells when the person has signed in there.
    const mayRecover = session.mode === 'delegated' && session.isWorthAsking
    if (state.kind === 'reauthorization_required' && !mayRecover && !held()) return state.error.description
    if (state.kind === 'unavailable' && state.error.code === 'issuer_mismatch') return state.error.description
    if (!failover) return undefined
    const until = this.#context.exhaustedUntil(session.record.id)
    if (until !== undefined)
      return `its limit is used up until ${new Date(until).toISOString().slice(0, 16).replace('T', ' ')} UTC`
    const waits = state.kind === 'backing_off' || state.kind === 'unavailable'
    return waits && !mayRecover && !held() ? state.error.description : undefined
  }

  #fails(provider: ProviderClient): boolean {
    return this.#context.index.preferences(provider.id).failover === true
  }

  #held(provider: ProviderClient, client: string): string | undefined {
    const held = this.#sticky.get(nameOf(provider, client))
    return held !== undefined && this.#context.clock.now() - held.at < stickyFor ? held.account : undefined
  }

  #remember(provider: ProviderClient, client: string, { record }: AccountSession): void {
    const name = nameOf(provider, client)
    // Put at the end, so that the first one is the one that was not asked for longest.
    this.#sticky.delete(name)
    this.#sticky.set(name, { account: record.id, at: this.#context.clock.now() })
    const [oldest] = this.#sticky.keys()
    if (this.#sticky.size > mostSticky && oldest !== undefined) this.#sticky.delete(oldest)
  }
}

/** An account as the explanation of a choice names it. */
export function describe({ record, state }: AccountSession) {
  const expiresAt = 'expires_at' in state ? state.expires_at : undefined
  return {
    account: record.id,
    ...(record.label === undefined ? {} : { label: record.label }),
    ...(expiresAt === undefined ? {} : { expires_at: expiresAt }),
    ...(record.ownership === undefined ? {} : { owned_by: record.ownership.program }),
  }
}

const nameOf = (provider: ProviderClient, client: string): string => `${client}\0${provider.id}`
