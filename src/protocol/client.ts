import { z } from 'zod'
import { epochSeconds } from './grant-state.ts'
import { nameRule, selectorName } from './selector.ts'

/** What a program may call itself in `TokenTray-Client`. One that says nothing is `unnamed`. */
export const clientName = z.string().regex(selectorName, nameRule)

/**
 * Who asks. The name is what the program says of itself. `proven` means that the operating system confirmed the process behind
 * the connection, and `executable` is the program it runs; `claimed` means that nothing was confirmed.
 */
export const caller = z.object({
  name: z.string(),
  proof: z.enum(['proven', 'claimed']),
  pid: z.int().optional(),
  executable: z.string().optional(),
  /** The program that started it, which for a helper command is the tool the person knows. */
  parent: z.string().optional(),
})
export type Caller = Readonly<z.infer<typeof caller>>

/** Under this name the ledger has what the person took for their clipboard. It is `proven`, without a process. */
export const copyingPerson = 'tokentray-copy'

/** What the person decided about a client, until it is forgotten. */
export const clientRule = z.object({
  client: z.string(),
  decision: z.enum(['allow', 'deny']),
  accounts: z.array(z.string()).optional().describe('Ids of the accounts it may use; absent means all.'),
  until: epochSeconds.optional().describe('When the permission ends; the client is unknown again then.'),
  decided_at: epochSeconds,
})
export type ClientRule = Readonly<z.infer<typeof clientRule>>

/** The rules, and whether a client without one has to be allowed by the person first. */
export const clientPolicy = z.object({ ask: z.boolean(), rules: z.array(clientRule) })
export type ClientPolicy = Readonly<z.infer<typeof clientPolicy>>

export const policyChange = z.strictObject({ ask: z.boolean() })

/** `accounts` are selectors or ids. */
export const clientRuleRequest = z.strictObject({
  decision: z.enum(['allow', 'deny']),
  accounts: z.array(z.string().min(1).max(160)).min(1).max(100).optional(),
  until: epochSeconds.optional(),
})
export type ClientRuleRequest = Readonly<z.infer<typeof clientRuleRequest>>

/** A client that waits for the person. */
export const approvalRequest = z.object({
  id: z.string(),
  caller,
  account: z.string().describe('Id of the account whose token it asks for.'),
  provider: z.string(),
  expires_at: epochSeconds,
})
export type ApprovalRequest = Readonly<z.infer<typeof approvalRequest>>

export const approvalDecision = z.strictObject({ decision: z.enum(['once', 'always', 'deny']) })
export type ApprovalDecision = z.infer<typeof approvalDecision>['decision']

/** One line of the ledger: who got a token of which account, or was refused. Never the token. */
export const ledgerEntry = z.object({
  at: epochSeconds,
  caller,
  provider: z.string(),
  account: z.string(),
  outcome: z.enum(['handed_out', 'denied', 'unanswered']),
  ended_early: z
    .literal(true)
    .optional()
    .describe('The token is a new one, because the provider had ended the one before early, and said so.'),
  count: z.int().min(1).describe('Equal requests at about the same time share a line.'),
})
export type LedgerEntry = Readonly<z.infer<typeof ledgerEntry>>

export const ledgerQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1000).optional().describe('Newest entries; 100 by default.'),
  client: clientName.optional(),
  account: z
    .string()
    .min(1)
    .max(160)
    .optional()
    .describe('A selector, or the id of an account that may be gone; a provider means all of its.'),
  since: z.coerce.number().int().min(0).optional().describe('Epoch seconds.'),
})

/**
 * The file that a client opens, and keeps open, to prove which process it is. It names itself in the next token request on this
 * connection, with the descriptor of the file: `TokenTray-Client-Proof: <pid>/<descriptor>`.
 */
export const proofResponse = z.object({ path: z.string() })
