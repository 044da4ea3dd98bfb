import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installClients } from './install.mjs'
import { answerNames } from './names.ts'

/** The programs are there, and whoever asks for a name is written down; answers what ends that. */
export async function setup(): Promise<() => Promise<void>> {
  await installClients({ log: console.log })
  if (process.env.TOKENTRAY_TEST_WITHOUT_NETWORK === undefined) return async () => {}
  const folder = mkdtempSync(join(tmpdir(), 'tt-names-'))
  process.env.TOKENTRAY_TEST_NAMES = join(folder, 'names')
  const end = await answerNames(process.env.TOKENTRAY_TEST_NAMES)
  return async () => {
    await end()
    rmSync(folder, { recursive: true, force: true })
  }
}
