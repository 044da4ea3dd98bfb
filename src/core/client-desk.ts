import {
  type ApprovalDecision,
  type ApprovalRequest,
  BrokerError,
  type Caller,
  type ClientPolicy,
  type ClientRule,
  type ClientRuleRequest,
} from '../protocol/index.ts'
import type { Clock } from './clock.ts'
import type { ClientRegister } from './ports.ts'

export interface ClientDeskContext {
  readonly clock: Clock
  readonly register: ClientRegister
  readonly onChange: () => void
}

/** Decides which clients may have tokens, and asks the person about the ones without a rule. */
export class ClientDesk {
  readonly #context: ClientDeskContext

  constructor(context: ClientDeskContext) {
    this.#context = context
  }

  /**
   * Undefined when the client may have the token now, which is the case nearly always and costs no promise; else a promise that
   * settles with the person's decision. Throws or rejects with `client_denied` or `approval_required`.
   */
  admit(_caller: Caller, _account: { readonly id: string; readonly provider: string }): Promise<void> | undefined {
    return undefined
  }

  /** The clients that wait; the same array until one comes or goes. */
  pending(): ApprovalRequest[] {
    return nobody
  }

  decide(_id: string, _decision: ApprovalDecision): ApprovalRequest {
    throw new BrokerError('unknown_approval', 'Nothing with this id waits for an answer.')
  }

  policy(): ClientPolicy {
    return this.#context.register.read()
  }

  setAsk(ask: boolean): ClientPolicy {
    const policy = { ...this.policy(), ask }
    this.#context.register.write(policy)
    return policy
  }

  /** `accounts` are ids. */
  putRule(_client: string, _rule: ClientRuleRequest): ClientRule {
    throw new BrokerError('unknown_client', 'Not built yet.')
  }

  removeRule(_client: string): ClientPolicy {
    throw new BrokerError('unknown_client', 'Not built yet.')
  }

  /** Refuses everybody who waits, because the broker ends. */
  stop(): void {}
}

const nobody: ApprovalRequest[] = []
