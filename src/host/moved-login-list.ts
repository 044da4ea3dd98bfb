import { readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Clock, Log } from '../core/index.ts'
import { epochSeconds, loginSource } from '../protocol/index.ts'
import { writeDurably } from '../vault/index.ts'

/**
 * A login that is on its way back. `preparing`: it may stand in `unfinished`, and nowhere else outside of the vault. `placing`: it does,
 * until it has taken the place of the file of its program.
 */
const returning = z.object({ step: z.enum(['preparing', 'placing']), unfinished: z.string().min(1) })

/** The oldest give way to new ones. */
export const mostMovedLogins = 1_000

const entry = loginSource.extend({
  account: z.string().min(1),
  provider: z.string().min(1),
  moved_at: epochSeconds,
  returning: returning.optional(),
})
const file = z.object({ version: z.literal(1), moved_logins: z.array(entry).max(mostMovedLogins) })

export type MovedLoginEntry = Readonly<z.infer<typeof entry>>

/** Where the logins that moved here were, from one start to the next. Holds no secret. */
export interface MovedLoginList {
  read(): readonly MovedLoginEntry[]
  /** Resolves when it would survive a power cut. Throws `vault_unavailable`. */
  write(entries: readonly MovedLoginEntry[]): Promise<void>
}

/** The list beside the memory vault. */
export const noMovedLoginList: MovedLoginList = { read: () => [], write: async () => undefined }

/** In `<home>/moved-logins.json`. One that cannot be read is set aside: the moves cannot be undone then, and no login is lost. */
export function movedLoginList(home: string, clock: Clock, log: Log): MovedLoginList {
  const path = join(home, 'moved-logins.json')
  return {
    read() {
      try {
        return file.parse(JSON.parse(readFileSync(path, 'utf8'))).moved_logins
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') setAside(path, clock, log)
        return []
      }
    },
    write: (entries) => writeDurably(path, `${JSON.stringify({ version: 1, moved_logins: entries }, null, 2)}\n`),
  }
}

function setAside(path: string, clock: Clock, log: Log): void {
  const aside = `${path}.damaged-${new Date(clock.now()).toISOString().replaceAll(/[:.]/g, '-')}`
  try {
    renameSync(path, aside)
    log.warn('list of moved logins damaged', { file: path, aside })
  } catch {
    log.warn('list of moved logins damaged', { file: path })
  }
}
