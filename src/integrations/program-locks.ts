import { mkdir, rmdir, stat, utimes } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { BrokerError } from '../protocol/index.ts'

/** How long a lock is waited for, and how old one is that its holder has left behind. Milliseconds. */
export interface LockPatience {
  readonly wait: number
  readonly stale: number
}

/** Programs renew their locks every few seconds, and take over one of half a minute. */
const usual: LockPatience = { wait: 10_000, stale: 60_000 }

/**
 * Does something while this program holds the locks of another one, which are folders that whoever makes them holds. Throws
 * `temporarily_unavailable` when one of them is not free in time.
 */
export async function whileLocked<T>(
  folders: readonly string[],
  work: () => Promise<T>,
  patience: LockPatience = usual,
): Promise<T> {
  const [first, ...rest] = folders
  if (first === undefined) return work()
  await take(first, patience)
  const renewal = setInterval(() => void utimes(first, new Date(), new Date()).catch(() => {}), 5_000)
  try {
    return await whileLocked(rest, work, patience)
  } finally {
    clearInterval(renewal)
    await rmdir(first).catch(() => undefined)
  }
}

async function take(folder: string, { wait, stale }: LockPatience): Promise<void> {
  const deadline = Date.now() + wait
  for (;;) {
    const code = await mkdir(folder).then(
      () => undefined,
      (error: NodeJS.ErrnoException) => error.code ?? 'unknown fault',
    )
    if (code === undefined) return
    if (code !== 'EEXIST') throw refused(folder, `cannot be made (${code})`)
    const made = await stat(folder).catch(() => undefined)
    // One that holds a file is not empty, stays, and is waited for in vain.
    if (made !== undefined && Date.now() - made.mtimeMs > stale) await rmdir(folder).catch(() => undefined)
    if (Date.now() > deadline) throw refused(folder, 'is held by its program')
    await sleep(50)
  }
}

function refused(folder: string, why: string): BrokerError {
  return new BrokerError('temporarily_unavailable', `The lock ${folder} ${why}. Nothing was changed.`, {
    fix: 'End that program, and try again.',
  })
}
