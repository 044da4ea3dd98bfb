import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import { type PracticeOptions, type PracticeServer, startPracticeServer } from '../../src/practice/index.ts'

const endings: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})

/** A server that ends with the test. Closing it earlier is fine. */
export async function practiceServer(options: Partial<PracticeOptions> = {}): Promise<PracticeServer> {
  const server = await startPracticeServer({ port: 0, ...options })
  endings.push(() => server.close())
  return server
}

/** A folder that is removed with the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'practice-'))
  endings.push(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export const portOf = (server: PracticeServer) => Number(new URL(server.issuer).port)
