import type { Problem } from '../ipc/channels.ts'
import { BrokerError, type LoginStatus, loginError } from '../protocol/index.ts'
import type { HostLink } from './host-link.ts'
import { problemFrom } from './problem.ts'

/** Tells why a login that was started in this app has failed. A snapshot only shows that it is gone, so its end is asked for. */
export function setupLoginOutcomes(
  host: HostLink,
  ownLogins: Map<string, string>,
  tell: (problem: Problem, account: string) => void,
): void {
  host.onChange(() => {
    const snapshot = host.snapshot()
    if (snapshot === undefined) return
    const pending = new Set(snapshot.logins.map((login) => login.id))
    for (const [id, account] of [...ownLogins].filter(([own]) => !pending.has(own))) {
      ownLogins.delete(id)
      void host.ask('login_status', { id }).then((status) => report(status, (problem) => tell(problem, account)), ignoreUnknown)
    }
  })
}

function report(status: LoginStatus, tell: (problem: Problem) => void): void {
  if (status.status !== 'failed') return
  tell(problemFrom(loginError(status.error)))
}

/** A broker that was started again knows nothing of the logins before. */
function ignoreUnknown(error: unknown): void {
  if (!(error instanceof BrokerError)) throw error
}
