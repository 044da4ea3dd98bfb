import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A mounted folder and the way to get rid of it. */
export interface Disk {
  readonly path: string
  makeReadOnly(): void
  makeWritable(): void
  remove(): void
}

/** Mounts a tiny disk of its own, or answers undefined where that is not permitted (only root may). */
export function tinyDisk(size: string): Disk | undefined {
  const parent = mkdtempSync(join(tmpdir(), 'tt-disk-'))
  const path = join(parent, 'disk')
  mkdirSync(path)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0700`, 'tmpfs', path], { stdio: 'ignore' })
  } catch {
    rmSync(parent, { recursive: true })
    return undefined
  }
  return {
    path,
    // A file that is open for writing refuses it, and the ledger closes its own a moment after the last line.
    makeReadOnly: () => {
      const patiently = 'for try in 1 2 3 4 5 6 7 8 9 10; do mount -o remount,ro "$1" && exit 0; sleep 0.1; done; exit 1'
      execFileSync('sh', ['-c', patiently, 'sh', path], { stdio: 'ignore' })
    },
    makeWritable: () => execFileSync('mount', ['-o', 'remount,rw', path], { stdio: 'ignore' }),
    remove: () => {
      execFileSync('umount', [path], { stdio: 'ignore' })
      rmSync(parent, { recursive: true })
    },
  }
}
