import { z } from 'zod'
import { epochSeconds, stateError } from './grant-state.ts'

/** With `online=true` the servers of the accounts are asked for a page, without any login, to see whether they can be reached. */
export const diagnosisQuery = z.strictObject({ online: z.enum(['true', 'false']).optional() })

/** `waiting`: a login of this broker waits on the port. `held`: another program has it. `unusable`: the system gives it to nobody. */
export const redirectPort = z.object({
  port: z.int(),
  state: z.enum(['free', 'waiting', 'held', 'unusable']),
  holder: z.string().optional().describe('Such as `codex (pid 123)`, where the system says it.'),
  reason: z.string().optional().describe('The error code of the system, for `unusable`.'),
})
export type RedirectPort = Readonly<z.infer<typeof redirectPort>>

/** The clock of this computer beside that of a server, by the `Date` of its answer (RFC 9110 section 6.6.1). */
export const clockReading = z.object({
  host: z.string(),
  ahead: z
    .int()
    .describe('Seconds that this computer is ahead; below zero when it is behind. What the answer took on its way is no error.'),
  at: epochSeconds,
})
export type ClockReading = Readonly<z.infer<typeof clockReading>>

/** A proxy, by scheme, host and port only: everything else of its address may be a secret. */
export const namedProxy = z.object({ variable: z.string(), address: z.string() })
export type NamedProxy = Readonly<z.infer<typeof namedProxy>>

/** A file or a folder of certificates that a variable names. */
export const certificatePlace = z.object({
  variable: z.string(),
  path: z.string(),
  problem: z.enum(['missing', 'unreadable']).optional(),
})
export type CertificatePlace = Readonly<z.infer<typeof certificatePlace>>

/** A server that was asked. Any answer will do; `error` says why none came. */
export const reachedServer = z.object({ providers: z.array(z.string()), host: z.string(), error: stateError.optional() })
export type ReachedServer = Readonly<z.infer<typeof reachedServer>>

/** What the broker sees of the computer it runs on. A shell may have another environment. */
export const diagnosis = z.object({
  redirect_ports: z.array(redirectPort),
  clock: clockReading.optional().describe('Absent while no server has answered.'),
  proxy: namedProxy.optional(),
  no_proxy: z.string().optional(),
  certificates: z.array(certificatePlace),
  servers: z.array(reachedServer).optional().describe('Only with `online`.'),
})
export type Diagnosis = Readonly<z.infer<typeof diagnosis>>
