import type { ApprovalRequest, BrokerSnapshot, Caller } from '../protocol/index.ts'
import { accountName } from './account-words.ts'
import { visible } from './visible.ts'
import type { Words } from './words/index.ts'

/** A client that waits for the person, in words. */
export interface AskingClient {
  readonly id: string
  readonly client: string
  /** The account it asks for. */
  readonly account: string
  /** Whether the system confirmed who asks. */
  readonly proof: string
  /** The program that started it, which is often the tool that the person knows. */
  readonly startedBy?: string
  /** Epoch seconds. */
  readonly expiresAt: number
}

export function askingClients({ approvals, accounts }: BrokerSnapshot, words: Words): readonly AskingClient[] {
  return approvals.map((approval) => {
    const row = accounts.find(({ id }) => id === approval.account)
    const { caller } = approval
    return {
      id: approval.id,
      client: visible(caller.name),
      account: row === undefined ? approval.provider : accountName(row),
      proof: proofWords(caller, words),
      ...(caller.parent === undefined ? {} : { startedBy: visible(caller.parent) }),
      expiresAt: approval.expires_at,
    }
  })
}

/** Who waits, for one short line: `codex waits for you`, `codex and 2 others wait for you`. */
export function whoWaits(approvals: readonly ApprovalRequest[], { overall }: Words): string | undefined {
  const [first, second, ...others] = [...new Set(approvals.map(({ caller }) => visible(caller.name)))]
  if (first === undefined) return undefined
  if (second === undefined) return overall.waits(first)
  return others.length === 0 ? overall.bothWait(first, second) : overall.moreWait(first, others.length + 1)
}

function proofWords({ name, proof, executable, pid }: Caller, { approvals }: Words): string {
  if (proof === 'claimed') return approvals.says(visible(name))
  const who = approvals.proven(executable === undefined ? approvals.ofYours : visible(executable))
  return pid === undefined ? who : `${who}, ${approvals.process(pid)}`
}
