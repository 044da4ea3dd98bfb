// What the system says of a process and of everything it has started.
import fs from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** A process and all that descend from it. @param {number} root @returns {number[]} */
export function processTree(root) {
  const children = new Map()
  for (const name of fs.readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    // The name of the program stands in brackets and may contain anything, spaces and brackets too.
    const parent = Number(/^.*\) \S (\d+)/s.exec(read(`/proc/${name}/stat`))?.[1])
    if (!Number.isNaN(parent)) children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  const tree = [root]
  for (const pid of tree) tree.push(...(children.get(pid) ?? []))
  return tree
}

/**
 * The memory of a process tree in MB: its own pages whole, and of a page that others use as well its share (PSS).
 *
 * @param {number} root
 */
export function memoryOf(root) {
  const kilobytes = processTree(root).map((pid) => Number(/^Pss:\s*(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0))
  return kilobytes.reduce((sum, share) => sum + share, 0) / 1_024
}

/**
 * The CPU time that all threads of a process have used, in microseconds; NaN where the system does not tell. The clock ticks of
 * /proc/PID/stat would be far too coarse.
 *
 * @param {number} pid
 */
export function cpuTime(pid) {
  try {
    const tasks = fs.readdirSync(`/proc/${pid}/task`)
    return tasks.reduce((sum, task) => sum + Number(read(`/proc/${pid}/task/${task}/schedstat`).split(' ')[0]) / 1_000, 0)
  } catch {
    return Number.NaN
  }
}

/** Waits until the processes use less than a tenth of a core, at most ten seconds. @param {number} root */
export async function untilQuiet(root) {
  const used = () => processTree(root).reduce((sum, pid) => sum + (cpuTime(pid) || 0), 0)
  for (let waited = 0; waited < 10_000; waited += 500) {
    const before = used()
    await sleep(500)
    if (used() - before < 50_000) return
  }
}

/**
 * The memory of a process tree that has come to rest: a start leaves garbage behind, and some processes come late. Answers what
 * holds for two seconds to one percent, or what there is after twenty.
 *
 * @param {number} root
 */
export async function restingMemoryOf(root) {
  await untilQuiet(root)
  const seen = [memoryOf(root)]
  for (let waited = 0; waited < 20_000; waited += 500) {
    await sleep(500)
    seen.push(memoryOf(root))
    const last = seen.slice(-5)
    if (last.length === 5 && Math.max(...last) / Math.min(...last) < 1.01) break
  }
  return seen.at(-1)
}

function read(file) {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    // The process or thread has ended between the two looks.
    return ''
  }
}
