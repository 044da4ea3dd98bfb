import { z } from 'zod'

/** One route of the token socket. Paths are written as in OpenAPI; the schemas validate and document it alike. */
export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly summary: string
  readonly params?: z.ZodType
  readonly query?: z.ZodType
  readonly body?: z.ZodType
  readonly response?: z.ZodType
}

export const idParams = z.strictObject({ id: z.string().min(1).max(160) })
export const providerParams = z.strictObject({ provider: z.string().min(1).max(160) })
