import { chmod, lstat, mkdir, readdir, readFile, realpath, rename, rm, unlink, writeFile } from 'node:fs/promises'
import { get } from 'node:http'
import { createConnection } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { BrokerError, type HealthResponse, healthResponse } from '../protocol/index.ts'
import { type KernelLock, takeLock } from './kernel-lock.ts'

/** What a broker leaves for a second one, so that it can say who is there. */
type OwnerNote = Pick<HealthResponse, 'pid' | 'host'> & { readonly socket: string }

/**
 * Makes this process the one owner of `home` and of `socket`, because two brokers on one vault would refresh one token twice.
 * Throws `already_running` with who is there, or `socket_unusable` when the place is not safe. A socket that a dead broker left
 * is removed only after a connection to it has failed.
 */
export async function becomeOwner(home: string, note: OwnerNote): Promise<KernelLock> {
  await preparePrivateFolder(home)
  // A home has many names (`..`, a trailing slash, a link above it), and one lock.
  const locks = [await lockOrName(`home ${await realpath(home)}`, home, () => readOwner(home))]
  try {
    locks.push(await ownSocket(note.socket, home))
    // It only names the owner. A full or read-only disk is no reason to keep the logins from everybody.
    await writeNote(home, note).catch(() => {})
  } catch (error) {
    await releaseAll(locks)
    throw error
  }
  return { release: () => releaseAll(locks) }
}

/**
 * Makes this process the one owner of a socket alone, for a broker that keeps nothing on the disk; `home` is a folder that has been
 * looked at already. Throws like `becomeOwner`.
 */
export async function ownSocket(socket: string, home?: string): Promise<KernelLock> {
  if (process.platform === 'win32') return { release: async () => {} }
  const folder = dirname(socket)
  if (folder !== home) await prepareSocketFolder(folder)
  const lock = await lockOrName(`socket ${join(await realpath(folder), basename(socket))}`, folder, () => askOwner(socket))
  try {
    await removeStaleSocket(socket)
  } catch (error) {
    await lock.release()
    throw error
  }
  return lock
}

/** Put in place by a rename: whatever stood there, the note is whole and for this user alone. */
async function writeNote(home: string, note: OwnerNote): Promise<void> {
  const path = join(home, 'owner.json')
  await rm(`${path}.tmp`, { force: true })
  await writeFile(`${path}.tmp`, JSON.stringify(note), { mode: 0o600, flag: 'wx' })
  await rename(`${path}.tmp`, path)
}

async function releaseAll(locks: readonly KernelLock[]): Promise<void> {
  await Promise.all(locks.map((lock) => lock.release()))
}

async function lockOrName(name: string, folder: string, owner: () => Promise<OwnerNote | undefined>): Promise<KernelLock> {
  const lock = await takeLock(name, folder)
  if (lock !== undefined) return lock
  const known = await namedInTime(owner)
  throw alreadyRunning(known, known !== undefined && !(await isThereInTime(known.socket)))
}

/** An owner that has only just started needs a moment until it listens. Nothing can be seen of the pipe of Windows. */
async function isThereInTime(socket: string): Promise<boolean> {
  for (let triesLeft = 100; triesLeft > 0; triesLeft -= 1) {
    if (process.platform === 'win32' || (await exists(socket))) return true
    await sleep(50)
  }
  return false
}

/** An owner that has only just started needs a moment until it can be named, and the note of a dead one names nobody. */
async function namedInTime(owner: () => Promise<OwnerNote | undefined>): Promise<OwnerNote | undefined> {
  for (let triesLeft = 60; triesLeft > 0; triesLeft -= 1) {
    const note = await owner()
    if (note !== undefined && isAlive(note.pid)) return note
    await sleep(50)
  }
  return undefined
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** A broker cannot see that somebody has removed its socket, and whoever is sent to it would find nobody. */
function alreadyRunning(owner: OwnerNote | undefined, socketGone: boolean): BrokerError {
  const who = owner === undefined ? 'Another TokenTray' : `TokenTray (${owner.host}, pid ${owner.pid})`
  if (owner !== undefined && socketGone) {
    return new BrokerError('already_running', `${who} is running already, and its socket ${owner.socket} has been removed.`, {
      fix: `End it, for instance with \`kill ${owner.pid}\`, and start it again.`,
    })
  }
  const where = owner === undefined ? '' : ` and holds ${owner.socket}`
  return new BrokerError('already_running', `${who} is running already${where}.`)
}

async function readOwner(home: string): Promise<OwnerNote | undefined> {
  try {
    const note = JSON.parse(await readFile(join(home, 'owner.json'), 'utf8')) as Partial<OwnerNote> | null
    const { pid, host, socket } = note ?? {}
    if (typeof pid !== 'number' || typeof socket !== 'string' || (host !== 'app' && host !== 'daemon')) return undefined
    return { pid, host, socket }
  } catch {
    return undefined
  }
}

/** Asks the broker on a socket who it is; the owner of a shared socket has another home than we have. */
function askOwner(socket: string): Promise<OwnerNote | undefined> {
  return new Promise((resolve) => {
    const request = get({ socketPath: socket, path: '/v1/health', timeout: 2_000, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text = (text + chunk).slice(0, 4_096)
      })
      response.on('close', () => {
        const health = healthResponse.safeParse(parseJson(text))
        resolve(health.success ? { pid: health.data.pid, host: health.data.host, socket } : undefined)
      })
    })
    request.on('timeout', () => request.destroy())
    request.on('error', () => resolve(undefined))
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Our own folder: made with mode 0700, and put right when it is too open. One that others may look into and that holds something
 * else is left alone: to close `/tmp` or a web site to everybody would be worse than not to start.
 */
async function preparePrivateFolder(folder: string): Promise<void> {
  await makeFolder(folder)
  const mode = await ownedFolderMode(folder)
  if ((mode & 0o077) === 0) return
  if (!(await isOurs(folder))) {
    throw new BrokerError('socket_unusable', `Others may look into ${folder}, and it holds more than TokenTray's files.`, {
      fix: `Set TOKENTRAY_HOME to a folder for TokenTray alone, or run \`chmod 700 ${folder}\` if that is what it is.`,
    })
  }
  await chmod(folder, 0o700)
}

/** Whether a broker has been here before, or nobody has. The app makes its own folder before it becomes the owner. */
async function isOurs(folder: string): Promise<boolean> {
  const names = await readdir(folder)
  return names.includes('owner.json') || names.every((name) => name === 'app')
}

/**
 * The folder of the socket. The default one is ours and is repaired; one that the person chose is refused when others may write
 * in it, because they could put a socket of their own there.
 */
async function prepareSocketFolder(folder: string): Promise<void> {
  await makeFolder(folder)
  const mode = await ownedFolderMode(folder)
  if (basename(folder) === 'tokentray' && (mode & 0o077) !== 0) return chmod(folder, 0o700)
  if ((mode & 0o022) !== 0) {
    throw new BrokerError('socket_unusable', `Other users may write in the folder of the socket: ${folder}`, {
      fix: `Run \`chmod 700 ${folder}\`, or set TOKENTRAY_SOCKET to a path in a folder of your own.`,
    })
  }
}

/**
 * Makes the folder and what is missing above it. Node's own recursive mkdir never ends where a folder cannot be made in one that
 * exists (`/proc`), so each level is made by itself.
 */
async function makeFolder(folder: string): Promise<void> {
  try {
    if (!(await exists(dirname(folder)))) await makeFolder(dirname(folder))
    await mkdir(folder, { mode: 0o700 })
  } catch (error) {
    if (error instanceof BrokerError) throw error
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'EEXIST') return
    throw new BrokerError('socket_unusable', `The folder ${folder} cannot be made (${code}).`, {
      fix: 'Set TOKENTRAY_HOME to a folder that you may write in.',
    })
  }
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined
}

/** The mode bits of a real folder of this user; a link or somebody else's folder is refused. Windows has neither. */
async function ownedFolderMode(folder: string): Promise<number> {
  const facts = await lstat(folder)
  if (process.platform === 'win32') return 0o700
  if (!facts.isDirectory() || facts.uid !== process.getuid?.()) {
    throw new BrokerError('socket_unusable', `${folder} is not a folder of your own.`, {
      fix: 'Set TOKENTRAY_HOME and TOKENTRAY_SOCKET to places in a folder that belongs to you and is not a link.',
    })
  }
  return facts.mode & 0o777
}

async function removeStaleSocket(path: string): Promise<void> {
  const facts = await lstat(path).catch(() => undefined)
  if (facts === undefined) return
  if (!facts.isSocket()) {
    throw new BrokerError('socket_unusable', `${path} exists and is not a socket.`, {
      fix: 'Move it away, or set TOKENTRAY_SOCKET to another path.',
    })
  }
  if (await answers(path)) {
    throw new BrokerError('already_running', `Another program listens on ${path} already.`, {
      fix: 'End it, or set TOKENTRAY_SOCKET to another path.',
    })
  }
  await unlink(path)
}

/** Whether anybody takes connections on the socket. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = createConnection(path)
    connection.setTimeout(2_000)
    const end = (answer: boolean) => {
      connection.destroy()
      resolve(answer)
    }
    connection.on('connect', () => end(true))
    connection.on('timeout', () => end(true))
    connection.on('error', () => end(false))
  })
}
