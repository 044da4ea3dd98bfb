import { z } from 'zod'
import { clientName } from './client.ts'
import { epochSeconds } from './grant-state.ts'

/** The longest time that a share may be made for. Seconds. */
export const longestShare = 604_800

/** `accounts` are selectors, each of which must mean one account. */
export const createShareRequest = z.strictObject({
  accounts: z.array(z.string().min(1).max(160)).min(1).max(32),
  name: clientName.describe('The client that the ledger and the policy know the share as, such as `ssh-build-machine`.'),
  for: z.int().min(1).max(longestShare).describe('Seconds, a week at most.'),
})
export type CreateShareRequest = Readonly<z.infer<typeof createShareRequest>>

/** A socket of its own that gives access tokens of some accounts for some time. */
export const share = z.object({
  id: z.string(),
  name: z.string(),
  socket: z.string(),
  accounts: z.array(z.string()).describe('Ids of the accounts.'),
  expires_at: epochSeconds,
})
export type Share = Readonly<z.infer<typeof share>>

export const sharesResponse = z.object({ shares: z.array(share) })
export type SharesResponse = Readonly<z.infer<typeof sharesResponse>>

/** Why a share ended: it was revoked, its time or its holder is gone, its accounts are signed out, or the broker ends. */
export const shareEnd = z.enum(['revoked', 'time_over', 'let_go', 'signed_out', 'broker_stopped'])
export type ShareEnd = z.infer<typeof shareEnd>

/** The data of the `end` event of a hold. */
export const shareEnded = z.object({ reason: shareEnd })

/** What `GET /v1/health` answers on the socket of a share: nothing about the machine that it comes from. */
export const shareHealth = z.object({
  name: z.literal('tokentray'),
  version: z.string(),
  api: z.literal('v1'),
  share: z.string(),
  expires_at: epochSeconds,
})
export type ShareHealth = Readonly<z.infer<typeof shareHealth>>
