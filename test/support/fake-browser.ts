// Stands in for the desktop's browser: a folder with an `xdg-open` of our own, to be first in PATH. Electron's `shell.openExternal`
// and the daemon both end there on Linux, so a test sees exactly the URL that a person's browser would have been given.
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SessionEnvironment } from './session-bus.ts'

export interface FakeBrowser {
  /** The given environment with the fake first in PATH; start the program under test with it. */
  readonly env: SessionEnvironment
  /** The next URL that was opened and has not been returned yet, in the order of opening. */
  nextUrl(timeoutMs?: number): Promise<string>
  /** Every URL opened so far, returned or not. */
  urls(): Promise<readonly string[]>
  /** Removes the folder with the recorded URLs, which may hold a login's `state`. */
  close(): Promise<void>
}

/** Makes a fake browser. With `fails`, it records the URL and then ends like an xdg-open that finds no browser. */
export async function startFakeBrowser(
  env: SessionEnvironment = process.env,
  { fails = false }: { readonly fails?: boolean } = {},
): Promise<FakeBrowser> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tt-browser-'))
  const record = path.join(folder, 'urls')
  const program = path.join(folder, 'xdg-open')
  await writeFile(record, '')
  // One write per call, so that two openings at once cannot interleave.
  await writeFile(program, `#!/bin/sh\nprintf '%s\\n' "$1" >>'${record}'\nexit ${fails ? 3 : 0}\n`)
  await chmod(program, 0o755)
  const urls = async () => (await readFile(record, 'utf8')).split('\n').slice(0, -1)
  let returned = 0
  return {
    env: { ...env, PATH: `${folder}${path.delimiter}${env.PATH ?? '/usr/bin:/bin'}` },
    urls,
    nextUrl: async (timeoutMs = 10_000) => {
      const deadline = Date.now() + timeoutMs
      for (;;) {
        const url = (await urls())[returned]
        if (url !== undefined) {
          returned++
          return url
        }
        if (Date.now() > deadline) throw new Error(`no URL was opened within ${timeoutMs} ms (${returned} before)`)
        await sleep(25)
      }
    },
    close: () => rm(folder, { recursive: true, force: true }),
  }
}
