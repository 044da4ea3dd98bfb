import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * The ids of the processes of this user that go by a name, in ascending order. Undefined where the system does not tell without starting
 * a program. Never throws.
 */
export async function processesNamed(name: string, table = '/proc'): Promise<readonly number[] | undefined> {
  const entries = await readdir(table).catch(() => undefined)
  if (entries === undefined) return undefined
  const ids = entries.filter((entry) => /^\d+$/.test(entry))
  const found = await Promise.all(ids.map(async (id) => ((await isNamed(join(table, id), name)) ? [Number(id)] : [])))
  return found.flat().sort((a, b) => a - b)
}

async function isNamed(folder: string, name: string): Promise<boolean> {
  try {
    const [called, { uid }] = await Promise.all([readFile(join(folder, 'comm'), 'utf8'), stat(folder)])
    return called.trim() === name && uid === (process.getuid?.() ?? uid)
  } catch {
    // It has ended meanwhile.
    return false
  }
}
