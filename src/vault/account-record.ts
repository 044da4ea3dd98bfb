import { z } from 'zod'
import type { AccountRecord, Identity } from '../core/index.ts'

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
  identity: storedIdentity,
  created_at: z.number(),
  disabled: z.literal(true).exactOptional(),
})
export type StoredRecord = z.infer<typeof storedRecord>

export function toStoredRecord(record: AccountRecord): StoredRecord {
  const { createdAt, ...rest } = record
  return { ...rest, created_at: createdAt }
}

export function fromStoredRecord(stored: StoredRecord): AccountRecord {
  const { created_at: createdAt, ...rest } = stored
  return { ...rest, createdAt }
}
