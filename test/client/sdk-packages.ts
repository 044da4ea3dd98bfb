// The SDKs of test/client/sdk/package.json, in the versions of its lock file. They are installed on first use.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const folder = fileURLToPath(new URL('./sdk', import.meta.url))

/** The `node_modules` that holds them. */
export const sdkModules = join(folder, 'node_modules')

/** Says which lock file the folder was installed from. */
const stamp = join(folder, 'node_modules/.installed')

/** Test files run in processes of their own: whoever makes this folder installs, and the others wait. */
const turn = join(tmpdir(), `tokentray-sdks-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`)

/** Milliseconds after which whoever made it has been killed. */
const patience = 150_000

export async function installSdks(): Promise<void> {
  const lock = await readFile(join(folder, 'package-lock.json'), 'utf8')
  const installed = async () => existsSync(stamp) && (await readFile(stamp, 'utf8')) === lock
  while (!(await installed())) {
    const mine = await mkdir(turn).then(
      () => true,
      () => false,
    )
    if (!mine) {
      await sleep(200)
      const since = await stat(turn).catch(() => undefined)
      if (since !== undefined && Date.now() - since.mtimeMs > patience) await rm(turn, { recursive: true, force: true })
      continue
    }
    try {
      await promisify(execFile)('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder })
      await writeFile(stamp, lock)
    } finally {
      await rm(turn, { recursive: true, force: true })
    }
  }
}
