import { readdirSync, readFileSync } from 'node:fs'

/** What a process and everything that it has started take. */
export interface TreeUse {
  readonly processes: number
  /** Kilobytes: own pages whole, and of a page that others use as well its share (PSS). */
  readonly memory: number
}

/** A process and all that descend from it, from /proc. */
export function processTree(root: number): readonly number[] {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    // The name of the program stands in brackets and may contain anything, spaces and brackets too.
    const parent = Number(/^.*\) \S (\d+)/s.exec(read(`/proc/${name}/stat`))?.[1])
    if (!Number.isNaN(parent)) children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  const tree = [root]
  for (const pid of tree) tree.push(...(children.get(pid) ?? []))
  return tree
}

export function treeUse(root: number): TreeUse {
  const tree = processTree(root)
  const shares = tree.map((pid) => Number(/^Pss:\s*(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0))
  return { processes: tree.length, memory: shares.reduce((sum, share) => sum + share, 0) }
}

/** Which of the processes are there still. One that has ended and was not waited for yet is gone all the same. */
export function stillRunning(pids: readonly number[]): readonly number[] {
  return pids.filter((pid) => {
    const state = /^.*\) (\S)/s.exec(read(`/proc/${pid}/stat`))?.[1]
    return state !== undefined && state !== 'Z' && state !== 'X'
  })
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // The process has ended between the two looks.
    return ''
  }
}
