import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { project } from './running-app.ts'

/** Installs the built command below a folder, as `npm install -g` would. Answers what PATH then begins with. */
export async function installCommand(folder: string): Promise<string> {
  const programs = join(folder, 'programs')
  await mkdir(programs)
  const script = `#!/bin/sh\nexec "${process.execPath}" "${join(project, 'out/node/tokentray.js')}" "$@"\n`
  await writeFile(join(programs, 'tokentray'), script, { mode: 0o755 })
  return programs
}
