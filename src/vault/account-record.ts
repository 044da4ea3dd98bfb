import { z } from 'zod'
import type { AccountRecord, Identity } from '../core/index.ts'
import { accountKind, foreignOwnership } from '../protocol/index.ts'

/** The stored form of an identity. None of its members is secret. */
export const storedIdentity = z.object({
  key: z.string().exactOptional(),
  email: z.string().exactOptional(),
  name: z.string().exactOptional(),
  plan: z.string().exactOptional(),
  attributes: z.record(z.string(), z.string()).exactOptional(),
}) satisfies z.ZodType<Identity>

/** The stored form of an account record. `created_at` is in milliseconds. */
export const storedRecord = z.object({
  id: z.string().min(1),
  provider: z.string().min(1),
  issuer: z.string(),
  label: z.string().exactOptional(),
  kind: accountKind.exactOptional(),
  ownership: foreignOwnership.exactOptional(),
  identity: storedIdentity,
  created_at: z.number(),
  rules_accepted: z.string().exactOptional(),
  imported: z.string().exactOptional(),
  disabled: z.literal(true).exactOptional(),
})
export type StoredRecord = z.infer<typeof storedRecord>

export function toStoredRecord(record: AccountRecord): StoredRecord {
  const { createdAt, rulesAccepted, ...rest } = record
  return { ...rest, created_at: createdAt, ...(rulesAccepted === undefined ? {} : { rules_accepted: rulesAccepted }) }
}

export function fromStoredRecord(stored: StoredRecord): AccountRecord {
  const { created_at: createdAt, rules_accepted: rulesAccepted, ...rest } = stored
  return { ...rest, createdAt, ...(rulesAccepted === undefined ? {} : { rulesAccepted }) }
}
