import { z } from 'zod'

/** Who signed in, for display. The account key itself stays inside the broker. */
export const accountIdentity = z.object({
  email: z.string().optional(),
  name: z.string().optional(),
  plan: z.string().optional(),
})
export type AccountIdentity = Readonly<z.infer<typeof accountIdentity>>
