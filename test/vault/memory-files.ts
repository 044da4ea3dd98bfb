import type { Files } from '../../src/vault/index.ts'

/** A disk in memory, for a hundred thousand cases. It can do what the vault does to a disk, and no more. */
export function memoryFiles(contents: ReadonlyMap<string, string>): {
  readonly files: Files
  readonly held: Map<string, string>
} {
  const held = new Map(contents)
  const missing = () => Promise.reject(Object.assign(new Error('ENOENT'), { code: 'ENOENT' }))
  const has = (path: string) => held.has(path) || [...held.keys()].some((each) => each.startsWith(`${path}/`))
  const done = async () => undefined
  const folders = new Set<string>()
  const files = {
    mkdir: async (path: string) => void folders.add(path),
    chmod: done,
    lstat: async (path: string) => {
      if (!has(path) && !folders.has(path)) return missing()
      const isFile = held.has(path)
      const owner = { mode: isFile ? 0o600 : 0o700, uid: process.getuid?.() }
      return { isFile: () => isFile, isDirectory: () => !isFile, size: held.get(path)?.length ?? 0, mtimeMs: 0, ...owner }
    },
    readFile: async (path: string) => held.get(path) ?? missing(),
    readdir: async (path: string) => {
      const names = [...held.keys()].filter((each) => each.startsWith(`${path}/`)).map((each) => each.slice(path.length + 1))
      return names.filter((name) => !name.includes('/'))
    },
    open: async (path: string) => ({
      writeFile: async (text: string) => void held.set(path, text),
      sync: done,
      close: done,
    }),
    link: async (from: string, to: string) => {
      const text = held.get(from)
      return text === undefined ? missing() : void held.set(to, text)
    },
    rename: async (from: string, to: string) => {
      const text = held.get(from)
      if (text === undefined) return missing()
      held.set(to, text)
      held.delete(from)
    },
    unlink: async (path: string) => (held.delete(path) ? undefined : missing()),
  }
  return { files: files as unknown as Files, held }
}
