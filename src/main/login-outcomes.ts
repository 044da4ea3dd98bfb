import type { Intent } from '../ipc/channels.ts'
import { BrokerError, type LoginStatus, loginError } from '../protocol/index.ts'
import type { HostLink } from './host-link.ts'
import { problemFrom } from './problem.ts'

/** A login that was started in this app. */
export interface OwnLogin {
  /** The row that it was started at. */
  readonly account: string
  /** The same for every way to the same account, which race: the first that goes well ends the others. */
  readonly race: string
}

export interface LoginTold {
  /** How a login ended, for the window when the person looks at it next. */
  readonly ended: (intent: Intent) => void
  /** Somebody else signed in than the account belongs to, and nothing goes on until the person has decided. */
  readonly undecided: () => void
}

/**
 * Tells how a login that was started in this app has ended, and when it waits for a decision. A snapshot only shows that a login is
 * gone, so its end is asked for.
 */
export function setupLoginOutcomes(host: HostLink, ownLogins: Map<string, OwnLogin>, told: LoginTold): void {
  let asking = new Set<string>()
  host.onChange(() => {
    const snapshot = host.snapshot()
    if (snapshot === undefined) return
    const pending = new Set(snapshot.logins.map((login) => login.id))
    for (const [id, own] of [...ownLogins].filter(([each]) => !pending.has(each))) {
      ownLogins.delete(id)
      void host.ask('login_status', { id }).then((status) => {
        if (status.status === 'completed') endRace(host, ownLogins, own.race)
        report(status, own.account, told.ended)
      }, ignoreUnknown)
    }
    const before = asking
    asking = new Set(snapshot.logins.filter(({ undecided }) => undecided !== undefined).map(({ id }) => id))
    if ([...asking].some((id) => ownLogins.has(id) && !before.has(id))) told.undecided()
  })
}

/** Cancels the other ways to an account that is signed in to now. The person chose them for it alone. */
function endRace(host: HostLink, ownLogins: Map<string, OwnLogin>, race: string): void {
  for (const [id] of [...ownLogins].filter(([, own]) => own.race === race)) {
    ownLogins.delete(id)
    void host.ask('cancel_login', { id }).catch(ignoreUnknown)
  }
}

function report(status: LoginStatus, account: string, tell: (intent: Intent) => void): void {
  if (status.status === 'failed') tell({ kind: 'problem', problem: problemFrom(loginError(status.error)), account })
  if (status.status !== 'completed') return
  const { identity } = status
  tell({ kind: 'signed_in', account: status.account, ...(identity === undefined ? {} : { identity }) })
}

/** A broker that was started again knows nothing of the logins before. */
function ignoreUnknown(error: unknown): void {
  if (!(error instanceof BrokerError)) throw error
}
