// Installs the real programs into test/clients/node_modules, once for each state of the lock file. They are no part of the project: they
// take a gigabyte, and nobody needs them but this suite.
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from '../support/test-process.mjs'

const folder = fileURLToPath(new URL('.', import.meta.url))
const lockFile = path.join(folder, 'package-lock.json')
const stamp = path.join(folder, 'node_modules', '.installed-lock.json')

/** Throws when npm does not manage. */
export async function installClients({ log }) {
  const wanted = fs.readFileSync(lockFile, 'utf8')
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === wanted) return
  log('installing the programs of other people that this suite runs (1.4 GB)')
  const start = performance.now()
  // Many machines let no package run a script at its installation. Claude Code alone needs its own, which puts its program into place.
  const npm = ['npm', 'ci', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  for (const command of [npm, [process.execPath, path.join(folder, 'node_modules/@anthropic-ai/claude-code/install.cjs')]]) {
    const code = await run(command, { env: process.env, limitMs: 300_000 })
    if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}`)
  }
  // Written last, so that an installation that was cut off is done again.
  fs.writeFileSync(stamp, wanted)
  log(`installed in ${((performance.now() - start) / 1000).toFixed(0)} s`)
}
