import type { z } from 'zod'
import { BrokerError } from '../protocol/index.ts'

/** The value as its schema has it. Throws `invalid_request` with what is wrong where. */
export function checked<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const faults = result.error.issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
  throw new BrokerError('invalid_request', faults.join('; ').slice(0, 500))
}
