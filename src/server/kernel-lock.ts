import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { createServer } from 'node:net'
import { userInfo } from 'node:os'

/** A lock that the system itself releases when the process ends, however it ends; there is nothing stale to clean up. */
export interface KernelLock {
  release(): Promise<void>
}

/** `O_EXLOCK` of macOS: opening takes the lock. Node has no name for it. */
const exclusiveLock = 0x20

/**
 * Takes the lock with this name for this user, or answers undefined when another process has it. Linux: the name of an abstract
 * socket. macOS: an exclusively opened file in `folder`. Windows needs none, because a pipe name has one server.
 */
export async function takeLock(name: string, folder: string, platform = process.platform): Promise<KernelLock | undefined> {
  const id = createHash('sha256').update(`${userInfo().uid}\0${name}`).digest('hex').slice(0, 40)
  if (platform === 'linux') return abstractSocket(`\0tokentray-${id}`)
  if (platform === 'darwin') return lockedFile(`${folder}/.lock-${id.slice(0, 12)}`)
  return { release: async () => {} }
}

function abstractSocket(address: string): Promise<KernelLock | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined)
      else reject(error)
    })
    server.listen(address, () => {
      server.unref()
      resolve({ release: () => new Promise((done) => server.close(() => done())) })
    })
  })
}

async function lockedFile(path: string): Promise<KernelLock | undefined> {
  try {
    const flags = constants.O_CREAT | constants.O_RDWR | constants.O_NONBLOCK | exclusiveLock
    const file = await open(path, flags, 0o600)
    return { release: () => file.close() }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined
    throw error
  }
}
