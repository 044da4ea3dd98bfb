import type { Share } from '../protocol/index.ts'

/** What the person sees and ends of the sockets that are made to be forwarded. */
export interface ShareDesk {
  list(): readonly Share[]
  /** Ends a share at once, with every connection to it. Throws `unknown_share`. */
  revoke(id: string): Share
}
