import {
  type ApprovalDecision,
  type ApprovalRequest,
  BrokerError,
  type Caller,
  type ClientPolicy,
  type ClientRule,
  type ClientRuleRequest,
} from '../protocol/index.ts'
import { Approvals, type WantedAccount } from './approvals.ts'
import { assertNever } from './assert-never.ts'
import { type Clock, toEpochSeconds } from './clock.ts'
import type { ClientRegister } from './ports.ts'

export interface ClientDeskContext {
  readonly clock: Clock
  readonly register: ClientRegister
  readonly onChange: () => void
  /** Whether there is an account with this id; one that was signed out stays in the rules. */
  readonly isAccount: (id: string) => boolean
}

/** Decides which clients may have tokens, and asks the person about the ones without a rule. Names count in lower case. */
export class ClientDesk {
  readonly #clock: Clock
  readonly #register: ClientRegister
  readonly #approvals: Approvals
  readonly #onChange: () => void
  readonly #isAccount: (id: string) => boolean
  #policy: ClientPolicy
  /** The rules of the policy, by client. */
  #rules: ReadonlyMap<string, ClientRule>

  constructor({ clock, register, onChange, isAccount }: ClientDeskContext) {
    this.#clock = clock
    this.#register = register
    this.#approvals = new Approvals(clock, onChange)
    this.#onChange = onChange
    this.#isAccount = isAccount
    this.#policy = register.read()
    this.#rules = rulesByClient(this.#policy)
  }

  /**
   * Undefined when the client may have the token now, which is the case nearly always and costs no promise; else a promise that
   * settles with the person's decision. Throws or rejects with `client_denied` or `approval_required`. `request` stands for who
   * asks, for `leave`.
   */
  admit(caller: Caller, account: WantedAccount, request: object): Promise<void> | undefined {
    return this.#mayPass(caller.name, account.id) ? undefined : this.#approvals.wait(caller, account, request)
  }

  /** Throws `client_denied` when the person has decided so since the client was admitted. */
  reconsider(caller: Caller, account: WantedAccount): void {
    this.#mayPass(caller.name, account.id)
  }

  /** Who made this request has gone and waits no more. */
  leave(request: object): void {
    this.#approvals.leave(request)
  }

  /** The clients that wait; the same array until one comes or goes. */
  pending(): ApprovalRequest[] {
    return this.#approvals.pending()
  }

  /** Throws `unknown_approval`, or `vault_unavailable` when the decision could not be written; it is in effect nevertheless. */
  decide(id: string, decision: ApprovalDecision): ApprovalRequest {
    const request = this.#approvals.find(id)
    const client = request.caller.name
    switch (decision) {
      case 'once':
        this.#approvals.allowOnce(id)
        return request
      case 'always':
        this.#put({ client, decision: 'allow', ...this.#accountsWith(client, request.account), decided_at: this.#now() })
        return request
      case 'deny':
        this.#put({ client, decision: 'deny', decided_at: this.#now() })
        return request
      default:
        return assertNever(decision)
    }
  }

  policy(): ClientPolicy {
    return this.#policy
  }

  /** Throws like `decide`. */
  setAsk(ask: boolean): ClientPolicy {
    return this.#replace({ ...this.#policy, ask })
  }

  /** `accounts` are ids. Throws `invalid_request` for limits that cannot be meant, else like `decide`. */
  putRule(client: string, { decision, accounts, until }: ClientRuleRequest): ClientRule {
    if (decision === 'deny' && (accounts !== undefined || until !== undefined)) {
      throw new BrokerError('invalid_request', 'A client is denied as a whole: `accounts` and `until` limit what is allowed.')
    }
    if (until !== undefined && until <= this.#now()) throw new BrokerError('invalid_request', '`until` is over already.')
    return this.#put({
      client: client.toLowerCase(),
      decision,
      ...(accounts === undefined ? {} : { accounts }),
      ...(until === undefined ? {} : { until }),
      decided_at: this.#now(),
    })
  }

  /** Throws `unknown_client`, else like `decide`. */
  removeRule(client: string): ClientPolicy {
    const name = client.toLowerCase()
    if (!this.#rules.has(name)) throw new BrokerError('unknown_client', `Nothing was decided about "${name}".`)
    return this.#replace({ ...this.#policy, rules: this.#policy.rules.filter((rule) => rule.client !== name) })
  }

  /** Refuses everybody who waits, because the broker ends. */
  stop(): void {
    this.#approvals.stop()
  }

  /** False when the person has to be asked. Throws `client_denied`. */
  #mayPass(client: string, account: string): boolean {
    const rule = this.#rules.get(client)
    if (rule === undefined) return !this.#policy.ask
    if (rule.decision === 'deny') throw denied(`"${client}" may not have tokens.`, client)
    if (rule.until !== undefined && rule.until * 1000 <= this.#clock.now()) {
      if (this.#policy.ask) return false
      throw denied(`"${client}" was allowed for some time, and that is over.`, `${client} --until 8h`)
    }
    if (rule.accounts === undefined || rule.accounts.includes(account)) return true
    const accounts = [...rule.accounts.filter(this.#isAccount), account]
    throw denied(`"${client}" may not have tokens of ${account}.`, `${client} --accounts ${accounts.join()}`)
  }

  /** An answer to one question does not lift a limit that an earlier permission had. */
  #accountsWith(client: string, account: string): Pick<ClientRule, 'accounts'> {
    const accounts = this.#rules.get(client)?.accounts
    return accounts === undefined ? {} : { accounts: [...new Set([...accounts, account])] }
  }

  #put(rule: ClientRule): ClientRule {
    const others = this.#policy.rules.filter(({ client }) => client !== rule.client)
    this.#replace({ ...this.#policy, rules: [...others, rule] })
    return rule
  }

  /** In effect at once, also for who waits; then written. */
  #replace(policy: ClientPolicy): ClientPolicy {
    this.#policy = policy
    this.#rules = rulesByClient(policy)
    this.#approvals.reconsider(({ caller, account }) => this.#mayPass(caller.name, account))
    // Whoever shows the policy looks at it again with the next snapshot.
    this.#onChange()
    this.#register.write(policy)
    return policy
  }

  #now(): number {
    return toEpochSeconds(this.#clock.now())
  }
}

const rulesByClient = ({ rules }: ClientPolicy): ReadonlyMap<string, ClientRule> =>
  new Map(rules.map((rule) => [rule.client, rule]))

/** `allowance` is what `tokentray clients allow` wants to hear. */
function denied(text: string, allowance: string): BrokerError {
  return new BrokerError('client_denied', text, {
    fix: `To allow it, run \`tokentray clients allow ${allowance}\`; \`tokentray clients\` shows what was decided.`,
  })
}
