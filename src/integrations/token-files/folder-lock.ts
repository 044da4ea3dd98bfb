import { mkdir, rmdir, stat } from 'node:fs/promises'
/** Time as a parameter; the clock of the broker fits. */
export interface LockClock {
  now(): number
  after(delay: number, run: () => void): unknown
}

/** Who holds such a lock renews its time of change every few seconds. One that is older was left behind by a process that was killed. */
const staleAfter = 15_000
/** How long it is waited for, and how long each pause is. Milliseconds. */
const patience = 5_000
const pause = 50

/**
 * Runs `body` while a folder stands for the right to write a file, as the npm package proper-lockfile and the programs that use it agree
 * on. Throws an error with the code ELOCKED when somebody else holds it all the time.
 */
export async function withFolderLock<Result>(folder: string, clock: LockClock, body: () => Promise<Result>): Promise<Result> {
  const end = clock.now() + patience
  while (!(await made(folder))) {
    if (await isStale(folder, clock.now())) await rmdir(folder).catch(() => undefined)
    else if (clock.now() >= end) throw Object.assign(new Error('The file is locked.'), { code: 'ELOCKED' })
    else await new Promise<void>((resolve) => clock.after(pause, resolve))
  }
  try {
    return await body()
  } finally {
    await rmdir(folder).catch(() => undefined)
  }
}

async function made(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { mode: 0o700 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

async function isStale(folder: string, now: number): Promise<boolean> {
  const about = await stat(folder).catch(() => undefined)
  return about !== undefined && now - about.mtimeMs > staleAfter
}
