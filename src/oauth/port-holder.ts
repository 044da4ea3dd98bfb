import { readdir, readFile, readlink } from 'node:fs/promises'

/**
 * Names the program that listens on a TCP port of this computer, as `name (pid 123)`, or undefined when the system does not
 * say. Linux only: it reads the listening sockets of /proc/net and looks for the process that holds the socket.
 */
export async function portHolder(port: number): Promise<string | undefined> {
  try {
    const inodes = new Set((await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map((file) => listeners(file, port)))).flat())
    if (inodes.size === 0) return undefined
    for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
      if (await holds(pid, inodes)) return `${(await readFile(`/proc/${pid}/comm`, 'utf8')).trim()} (pid ${pid})`
    }
  } catch {
    // A system without /proc, or a process that ended meanwhile: the name is a courtesy, not a need.
  }
  return undefined
}

async function listeners(file: string, port: number): Promise<string[]> {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  const listening = '0A'
  const rows = (await readFile(file, 'utf8').catch(() => '')).split('\n').map((line) => line.trim().split(/\s+/))
  return rows.filter((row) => row[1]?.endsWith(`:${hex}`) && row[3] === listening).map((row) => row[9] ?? '')
}

async function holds(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => [])
  for (const descriptor of descriptors) {
    const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '')
    if (inodes.has(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? '')) return true
  }
  return false
}
