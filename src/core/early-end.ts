import type { AccountSession } from './account-session.ts'
import type { Clock } from './clock.ts'
import type { Grant } from './grant.ts'
import type { Log } from './log.ts'
import type { ApiOutcome, ProviderClient } from './ports.ts'
import { refusal } from './session-errors.ts'

/** Whoever keeps a token keeps it for five minutes or longer, so that the same program is back sooner for a reason. Milliseconds. */
const soon = 240_000

/** How long the provider may take to answer, and how long whoever asks waits for that and for a new token. Milliseconds. */
const checkPatience = 2_000
const askerPatience = 4_000

/** Between two checks of one account: at first, after good answers, and after refusals that a new token did not end. Milliseconds. */
const firstPause = 10_000
const longestPause = 60_000
const longestAfterRefusal = 3_600_000

/** How long a program is taken for one that asks before each of its requests, after a good answer. Milliseconds. */
const firstQuiet = 30_000
const longestQuiet = 300_000

/** Whoever asks in shorter intervals than this has no rhythm that a repetition could stand out from. Milliseconds. */
const shortestRhythm = 2_000

/** Programs that are remembered, with each account that they ask for. */
const mostPrograms = 1_024

/** One program and one account. Times are milliseconds. */
interface Asking {
  /** The number of the grant that it was given a token of last, and when. */
  grant: number
  at: number
  /** How long it usually leaves between two questions; undefined until it has asked twice in a short time. */
  rhythm: number | undefined
  /** It asked again, and the token was good: it is believed to do so before each request, for as long as `quiet` says. */
  checkedAt: number
  quiet: number
}

interface Check {
  readonly done: Promise<boolean>
  readonly askers: Set<Asking>
}

/** What is known of the checks of one account. */
interface Checked {
  current: Check | undefined
  startedAt: number
  pause: number
  /** The number of the grant whose access token the provider has refused. */
  refused: number | undefined
  /** When a token was last renewed because of that. Milliseconds. */
  renewedAt: number | undefined
}

export interface EarlyEndContext {
  readonly clock: Clock
  readonly log: Log
}

/**
 * Notices that a provider has ended an access token before its time, where the program that was refused can only ask again: a command
 * that prints a token has no word for "the last one was answered 401".
 *
 * The rule: a program that is given a token, and asks again within four minutes while the same token is held, may have been refused.
 * Tokens that are kept are kept for five minutes, so that this is a 401, or a program that asks before each request. Which of the two
 * it is the provider is asked, with the request of `tokentray check`; only its 401 leads to a refresh, once, as `rejected` does. When
 * the token is good, the program is one of the second kind, and its questions are answered from memory for half a minute, then for one,
 * two, four and five; unless it is back in a quarter of the time that it usually leaves, which a repeated request is and the next
 * one is not. A process that ends after one question never comes into this, as it is told by its number: twelve at once are twelve.
 *
 * Who asks is only claimed, so that nothing but a check may follow from it: one at a time for each account, shared by all who ask
 * meanwhile, with a pause after it that grows. A check that fails or takes too long changes nothing.
 */
export class EarlyEndWatch {
  readonly #context: EarlyEndContext
  /** The one that was not heard of longest comes first. */
  readonly #askings = new Map<string, Asking>()
  readonly #checked = new WeakMap<AccountSession, Checked>()
  /** What is remembered of a grant is its number, so that a token which the session has forgotten, as when it locks, is gone. */
  readonly #numbers = new WeakMap<Grant, number>()
  #latestNumber = 0

  constructor(context: EarlyEndContext) {
    this.#context = context
  }

  /** When a token of the account was last found to have ended early, and was renewed. Milliseconds; undefined for never. */
  renewedAt(session: AccountSession): number | undefined {
    return this.#checked.get(session)?.renewedAt
  }

  /** Notes that a token of the account had ended early, and was renewed. */
  renewed(session: AccountSession): void {
    this.#checkedOf(session).renewedAt = this.#context.clock.now()
  }

  /** Whether the provider has refused the access token that is held now. */
  holdsRefused(session: AccountSession): boolean {
    const refused = this.#checked.get(session)?.refused
    const held = refused === undefined ? undefined : session.held({ minValid: 0 })
    return held !== undefined && this.#numberOf(held) === refused
  }

  /** Notes that a program was given a token. `asker` is a text of the program and the account. */
  given(asker: string, grant: Grant): void {
    const at = this.#context.clock.now()
    const number = this.#numberOf(grant)
    const known = this.#askings.get(asker)
    if (known === undefined) {
      this.#askings.set(asker, { grant: number, at, rhythm: undefined, checkedAt: at, quiet: 0 })
      const [oldest] = this.#askings.keys()
      if (this.#askings.size > mostPrograms && oldest !== undefined) this.#askings.delete(oldest)
      return
    }
    if (isWithin(known.at, at, soon)) known.rhythm = ((known.rhythm ?? at - known.at) * 3 + at - known.at) / 4
    known.grant = number
    known.at = at
    this.#askings.delete(asker)
    this.#askings.set(asker, known)
  }

  /**
   * Undefined when a program may be given the grant at once, which costs it two looks into a table. Otherwise what it waits for, which
   * says whether the token was renewed and never takes longer than four seconds. Throws like `requireAlive`.
   */
  doubt(asker: string, session: AccountSession, client: ProviderClient, grant: Grant): Promise<boolean> | undefined {
    this.requireAlive(session, grant)
    const asking = this.#askings.get(asker)
    if (asking?.grant !== this.#numberOf(grant)) return undefined
    const now = this.#context.clock.now()
    if (!isWithin(asking.at, now, soon)) return undefined
    const checked = this.#checkedOf(session)
    if (checked.current === undefined) {
      const isAsUsual = isWithin(asking.checkedAt, now, asking.quiet) && !isOutOfRhythm(asking, now)
      if (isAsUsual || isWithin(checked.startedAt, now, checked.pause) || !canBeChecked(client, grant)) return undefined
      this.#start(checked, session, client, grant)
    }
    checked.current?.askers.add(asking)
    return this.#wait(checked.current)
  }

  /**
   * Throws `reauthorization_required` when the provider has refused this very token and there will be no other one. Who is given it
   * nevertheless would learn from the provider that it is refused, and not that somebody has to sign in.
   */
  requireAlive(session: AccountSession, grant: Grant): void {
    if (session.state.kind !== 'reauthorization_required' || this.#checked.get(session)?.refused !== this.#numberOf(grant)) return
    throw refusal(session.state, session.record.provider, this.#context.clock.now())
  }

  #numberOf(grant: Grant): number {
    const known = this.#numbers.get(grant)
    if (known !== undefined) return known
    this.#latestNumber += 1
    this.#numbers.set(grant, this.#latestNumber)
    return this.#latestNumber
  }

  #checkedOf(session: AccountSession): Checked {
    const known = this.#checked.get(session)
    if (known !== undefined) return known
    const checked: Checked = { current: undefined, startedAt: 0, pause: 0, refused: undefined, renewedAt: undefined }
    this.#checked.set(session, checked)
    return checked
  }

  #start(checked: Checked, session: AccountSession, client: ProviderClient, grant: Grant): void {
    const now = this.#context.clock.now()
    // After some time without a check, what the pauses had grown to says nothing any more.
    if (!isWithin(checked.startedAt, now, 2 * checked.pause + longestQuiet)) checked.pause = 0
    checked.startedAt = now
    const askers = new Set<Asking>()
    const done = this.#verify(checked, session, client, grant, askers).finally(() => {
      checked.current = undefined
    })
    checked.current = { done, askers }
  }

  /** Asks the provider, and has the token renewed if it says 401. Answers whether that was done; never throws. */
  async #verify(
    checked: Checked,
    session: AccountSession,
    client: ProviderClient,
    grant: Grant,
    askers: ReadonlySet<Asking>,
  ): Promise<boolean> {
    const { clock, log } = this.#context
    const outcome = await client.check(grant, checkPatience)
    checked.pause = pauseAfter(outcome, checked.pause)
    if (outcome.kind !== 'refused') {
      for (const asking of askers) becomeQuiet(asking, clock.now())
      return false
    }
    checked.refused = this.#numberOf(grant)
    log.info('token ended early', { account: session.record.id })
    try {
      // The session knows whether a newer one is held by now, whether a refresh is under way, and whether it may try one (S1).
      await session.grantFor({ rejected: grant.accessToken.fingerprint() })
      this.renewed(session)
      return true
    } catch {
      return false
    }
  }

  async #wait(check: Check | undefined): Promise<boolean> {
    let cancelTimer = () => {}
    const late = new Promise<boolean>((resolve) => {
      cancelTimer = this.#context.clock.after(askerPatience, () => resolve(false))
    })
    return Promise.race([check?.done ?? false, late]).finally(() => cancelTimer())
  }
}

/** A time that is still to come is of a clock that has been set back since, and is over. */
const isWithin = (since: number, now: number, span: number): boolean => since <= now && now - since < span

const isOutOfRhythm = ({ at, rhythm = 0 }: Asking, now: number): boolean => rhythm >= shortestRhythm && now - at < rhythm / 4

/**
 * Whether a check would say what becomes of this access token, and a refresh could help (S7). Nothing is asked of a key, which is not
 * refreshed, of a provider without a request that costs nothing, and where such a request is made with another token.
 */
const canBeChecked = (client: ProviderClient, grant: Grant): boolean =>
  grant.refreshToken !== undefined && grant.issuer === client.issuer && client.checksToken(grant)

function pauseAfter(outcome: ApiOutcome<undefined>, before: number): number {
  if (outcome.kind === 'refused') return Math.min(longestAfterRefusal, Math.max(longestPause, 2 * before))
  const wish = outcome.kind === 'failed' ? (outcome.retryAfter ?? 0) * 1_000 : 0
  return Math.min(longestAfterRefusal, Math.max(Math.min(longestPause, 2 * before), firstPause, wish))
}

function becomeQuiet(asking: Asking, now: number): void {
  asking.checkedAt = now
  asking.quiet = Math.min(longestQuiet, Math.max(firstQuiet, 2 * asking.quiet))
}
