import { randomBytes } from 'node:crypto'
import { type ApprovalRequest, BrokerError, type Caller } from '../protocol/index.ts'
import { type Clock, toEpochSeconds } from './clock.ts'

/** How long a client waits for the person. Milliseconds. */
const patience = 30_000

/** So that no program can flood the tray. */
const mostAtATime = 32

export interface WantedAccount {
  readonly id: string
  readonly provider: string
}

interface Waiter {
  resolve(): void
  reject(error: BrokerError): void
}

interface Approval {
  readonly key: string
  readonly request: ApprovalRequest
  /** By the object that stands for the caller's request. */
  readonly waiters: Map<object, Waiter>
  readonly stopTimer: () => void
}

/**
 * The clients that wait for the person. Whoever asks for the same account under the same name from the same program joins one
 * approval, because the person is shown one caller and must not let in another one with it.
 */
export class Approvals {
  readonly #clock: Clock
  readonly #onChange: () => void
  readonly #approvals = new Map<string, Approval>()
  #pending: ApprovalRequest[] = []
  #stopped = false

  constructor(clock: Clock, onChange: () => void) {
    this.#clock = clock
    this.#onChange = onChange
  }

  /** The same array until one comes or goes. */
  pending(): ApprovalRequest[] {
    return this.#pending
  }

  /** Throws `unknown_approval`. */
  find(id: string): ApprovalRequest {
    return this.#withId(id).request
  }

  /** Settles with the decision; rejects with `approval_required` when none comes. `request` is what `leave` names the waiter by. */
  wait(caller: Caller, account: WantedAccount, request: object): Promise<void> {
    const key = [caller.name, account.id, caller.proof, caller.executable, caller.parent].join('\0')
    const approval = this.#approvals.get(key) ?? this.#begin(key, caller, account)
    return new Promise((resolve, reject) => approval.waiters.set(request, { resolve, reject }))
  }

  /** Who made this request has gone. An approval that nobody waits for any more is withdrawn. */
  leave(request: object): void {
    for (const approval of this.#approvals.values()) {
      approval.waiters.get(request)?.reject(unanswered(approval, 'It went away before you answered.'))
      if (approval.waiters.delete(request) && approval.waiters.size === 0) this.#end(approval)
    }
  }

  /** Lets in everybody who waits now, and nobody later. Throws `unknown_approval`. */
  allowOnce(id: string): void {
    const approval = this.#withId(id)
    this.#end(approval)
    for (const waiter of approval.waiters.values()) waiter.resolve()
  }

  /** Ends what has been decided meanwhile: `judge` answers true for who may pass, and throws for who may not. */
  reconsider(judge: (request: ApprovalRequest) => boolean): void {
    for (const approval of this.#approvals.values()) {
      try {
        if (judge(approval.request)) this.allowOnce(approval.request.id)
      } catch (error) {
        this.#refuse(approval, error as BrokerError)
      }
    }
  }

  /** Refuses everybody who waits, and whoever comes later. */
  stop(): void {
    this.#stopped = true
    for (const approval of this.#approvals.values()) this.#refuse(approval, unanswered(approval, 'TokenTray ends.'))
  }

  #begin(key: string, caller: Caller, account: WantedAccount): Approval {
    if (this.#stopped) throw new BrokerError('approval_required', 'TokenTray ends and can ask nobody.')
    if (this.#approvals.size >= mostAtATime) throw this.#tooMany()
    const expiresAt = this.#clock.now() + patience
    const approval: Approval = {
      key,
      request: Object.freeze({
        id: randomBytes(6).toString('hex'),
        caller,
        account: account.id,
        provider: account.provider,
        expires_at: toEpochSeconds(expiresAt),
      }),
      waiters: new Map(),
      stopTimer: this.#clock.after(patience, () => this.#refuse(approval, unanswered(approval, 'Nobody answered in time.'))),
    }
    this.#approvals.set(key, approval)
    this.#changed()
    return approval
  }

  #withId(id: string): Approval {
    for (const approval of this.#approvals.values()) if (approval.request.id === id) return approval
    throw new BrokerError('unknown_approval', 'Nothing with this id waits for an answer.')
  }

  #refuse(approval: Approval, error: BrokerError): void {
    this.#end(approval)
    for (const waiter of approval.waiters.values()) waiter.reject(error)
  }

  #end(approval: Approval): void {
    approval.stopTimer()
    this.#approvals.delete(approval.key)
    this.#changed()
  }

  #changed(): void {
    this.#pending = [...this.#approvals.values()].map(({ request }) => request)
    this.#onChange()
  }

  #tooMany(): BrokerError {
    const first = Math.min(...this.#pending.map((request) => request.expires_at))
    return new BrokerError('approval_required', `${mostAtATime} programs wait for your answer already.`, {
      retryAfter: Math.max(1, first - toEpochSeconds(this.#clock.now())),
    })
  }
}

function unanswered({ request }: Approval, why: string): BrokerError {
  return new BrokerError('approval_required', `"${request.caller.name}" has to be allowed by you first. ${why}`, {
    fix: `Run \`tokentray clients allow ${request.caller.name}\`, or try again and press Allow in the tray.`,
  })
}
