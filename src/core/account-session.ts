import type { DelegatedSession } from './delegated-session.ts'
import type { OwnedSession } from './owned-session.ts'
import type { WatchedSession } from './watched-session.ts'

/** One account as the broker uses it. `mode` says who owns its login, and with that what may be done to it. */
export type AccountSession = OwnedSession | DelegatedSession | WatchedSession
