import { chmod, mkdir, rename } from 'node:fs/promises'

/** Makes the folder, closed to other users, whatever the umask is and whoever made it before. */
export async function openFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
}

/** Moves a file that cannot be read out of the way, so that nothing is lost silently and it can still be looked at. */
export async function setAside(file: string): Promise<void> {
  await rename(file, `${file}.damaged-${Date.now()}`)
}

/** Whether a file operation failed because there is no such file. */
export const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'
