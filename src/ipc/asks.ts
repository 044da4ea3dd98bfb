import { z } from 'zod'
import { approvalDecision, unlockRequest } from '../protocol/index.ts'

const id = z.string().min(1).max(160)
const nothing = z.undefined()

/**
 * What the window may send, by channel. Main validates every message as unknown with these, because a page that was taken over
 * sends whatever it likes. Preload and window see the inferred types only, so that no schema library is loaded there.
 */
export const asks = {
  'view:get': nothing,
  'intent:take': nothing,
  /** `account` is the id of a row of the snapshot. */
  'login:start': z.strictObject({ account: id }),
  'login:open-again': z.strictObject({ login: id }),
  'login:copy-link': z.strictObject({ login: id }),
  'login:cancel': z.strictObject({ login: id }),
  'login:paste': z.strictObject({ login: id, pasted: z.string().min(1).max(8192) }),
  'account:sign-out': z.strictObject({ account: id }),
  'account:set-disabled': z.strictObject({ account: id, disabled: z.boolean() }),
  'approval:decide': z.strictObject({ approval: id, decision: approvalDecision.shape.decision }),
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
