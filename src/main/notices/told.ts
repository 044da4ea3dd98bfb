import { z } from 'zod'
import { epochSeconds } from '../../protocol/index.ts'

/** More than anybody has; a file that grew beyond would be a mistake. */
const most = 500

const id = z.string().min(1).max(160)

/** Of which limit it was told that it is used up to `percent`, in the period that ends at `resets_at`. */
const toldLimit = z.strictObject({
  account: id,
  window: z.string().min(1).max(100),
  percent: z.int().min(1).max(100),
  resets_at: epochSeconds.optional(),
  /** That period is over, and it was told. It is remembered as long as there may be figures of it. */
  begun_anew: z.literal(true).optional(),
})
export type ToldLimit = Readonly<z.infer<typeof toldLimit>>

/** What the person was told already: ids and times, and nothing that says who they are. */
const told = z.strictObject({
  /** Accounts that need a sign-in, and when that was last said. */
  sign_ins: z.array(z.strictObject({ account: id, at: epochSeconds })).max(most),
  /** Accounts whose login ends soon. */
  ends: z.array(id).max(most),
  limits: z.array(toldLimit).max(most),
  /** Ids of the approvals that wait. */
  consents: z.array(id).max(most),
})
export type Told = { readonly [Name in keyof z.infer<typeof told>]: Readonly<z.infer<typeof told>[Name]> }

export const nothingTold: Told = { sign_ins: [], ends: [], limits: [], consents: [] }

/** Damaged text is as good as none: the worst that comes of it is one notification too many. */
export function toldFrom(text: string): Told {
  try {
    return told.parse(JSON.parse(text))
  } catch {
    return nothingTold
  }
}

/** The text for `toldFrom`; the newest entries, should there ever be too many. */
export function toldText({ sign_ins, ends, limits, consents }: Told): string {
  const newest = { sign_ins: sign_ins.slice(-most), ends: ends.slice(-most), limits: limits.slice(-most) }
  return JSON.stringify({ ...newest, consents: consents.slice(-most) } satisfies Told)
}
