import { z } from 'zod'
import {
  approvalDecision,
  clientName,
  keyKind,
  loginDecision,
  loginFlow,
  programName,
  selectorName,
  unlockRequest,
  vaultMoveRequest,
} from '../protocol/index.ts'
import { settingsChange } from './settings-schema.ts'

const id = z.string().min(1).max(160)
const nothing = z.undefined()
const label = z.string().regex(selectorName)
/** As main names it: an HMAC in hex. */
const finding = z.string().regex(/^[0-9a-f]{64}$/)
/** `account` is a selector; without it, whichever login the tool can use. `follow` has the file edited that a link leads to. */
const toolWish = z.strictObject({ tool: id, account: id.optional(), follow: z.boolean().optional() })

/**
 * What the window may send, by channel. Main validates every message as unknown with these, because a page that was taken over
 * sends whatever it likes. Preload and window see the inferred types only, so that no schema library is loaded there.
 */
export const asks = {
  'view:get': nothing,
  'intent:take': nothing,
  'providers:get': nothing,
  /** The window names a page of a provider; main knows its address. A kind of key stands for the page where such keys are made. */
  'provider:open': z.strictObject({ provider: id, page: z.union([z.literal('rules'), keyKind]) }),
  /**
   * `account` is the id of a row of the snapshot. `another` asks for a new account of its provider, and `accept` says that the person
   * has read the rule card.
   */
  'login:start': z.strictObject({
    account: id,
    flow: loginFlow.optional(),
    another: z.boolean().optional(),
    label: label.optional(),
    accept: z.boolean().optional(),
  }),
  'login:open-again': z.strictObject({ login: id }),
  'login:copy-link': z.strictObject({ login: id }),
  'login:copy-code': z.strictObject({ login: id }),
  'login:cancel': z.strictObject({ login: id }),
  'login:paste': z.strictObject({ login: id, pasted: z.string().min(1).max(8192) }),
  'login:decide': z.strictObject({ login: id, decision: loginDecision.shape.decision }),
  /** The one message that carries a key; no answer and no event does. */
  'account:add-key': z.strictObject({
    account: id,
    key: z.string().min(1).max(8192),
    kind: keyKind.optional(),
    another: z.boolean().optional(),
    label: label.optional(),
    accept: z.boolean().optional(),
  }),
  'account:check': z.strictObject({ account: id }),
  'account:copy-token': z.strictObject({ account: id }),
  'account:refresh': z.strictObject({ account: id }),
  /** A label of null takes it away. */
  'account:set-label': z.strictObject({ account: id, label: label.nullable() }),
  'account:sign-out': z.strictObject({ account: id }),
  'account:set-disabled': z.strictObject({ account: id, disabled: z.boolean() }),
  'approval:decide': z.strictObject({ approval: id, decision: approvalDecision.shape.decision }),
  'rules:get': nothing,
  'rule:remove': z.strictObject({ client: clientName }),
  'activity:get': nothing,
  'usage:look': nothing,
  'tools:get': nothing,
  'token-files:get': nothing,
  'shares:get': nothing,
  'share:end': z.strictObject({ share: id }),
  'tool:plan': toolWish,
  'tool:connect': toolWish,
  'tool:plan-disconnect': z.strictObject({ tool: id }),
  'tool:disconnect': z.strictObject({ tool: id }),
  /** What is known of logins that several programs hold; looks at most every few minutes. */
  'radar:get': nothing,
  /** What the person says about reading the logins of a program. */
  'radar:allow': z.strictObject({ program: id, allowed: z.boolean() }),
  'radar:ignore': z.strictObject({ finding }),
  /** `accept` says that the person has read the rule card. */
  'radar:move': z.strictObject({ finding, accept: z.boolean().optional() }),
  'moved:get': nothing,
  'moved:give-back': z.strictObject({ account: id, program: programName }),
  'settings:get': nothing,
  'settings:change': settingsChange,
  'settings:reset': nothing,
  'welcome:done': nothing,
  /** Carries the new passphrase, for a move behind one; no answer and no event does. */
  'vault:move': vaultMoveRequest.omit({ dry_run: true }),
  'vault:lock': nothing,
  /** The one message that carries the passphrase; no answer and no event does. */
  'vault:unlock': unlockRequest,
  'broker:wake': nothing,
  /** The height of the content in CSS pixels, so that the popover is as tall as what it shows. */
  'window:fit': z.strictObject({ height: z.int().min(1).max(10_000) }),
  'window:close': nothing,
  'app:quit': nothing,
} as const satisfies Record<string, z.ZodType>

export type Asks = { readonly [Channel in keyof typeof asks]: Readonly<z.infer<(typeof asks)[Channel]>> }
