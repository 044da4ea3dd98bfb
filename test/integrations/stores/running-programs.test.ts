// Which programs run, of a made-up table and of the real one.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { processesNamed } from '../../../src/integrations/index.ts'

test('the processes of a name are told, and nothing that is odd costs the others', async () => {
  const table = await mkdtemp(join(tmpdir(), 'tt-table-'))
  try {
    for (const id of ['30', '7', '8', 'self']) await mkdir(join(table, id))
    for (const id of ['30', '7', 'self']) await writeFile(join(table, id, 'comm'), 'codex\n')
    await writeFile(join(table, '9'), '')
    await mkdir(join(table, '11', 'comm'), { recursive: true })
    await mkdir(join(table, '12'))
    await writeFile(join(table, '12', 'comm'), 'codex-helper\n')
    expect(await processesNamed('codex', table)).toEqual([7, 30])
    expect(await processesNamed('codex', join(table, 'nothing'))).toBeUndefined()
  } finally {
    await rm(table, { recursive: true })
  }
})

test.runIf(process.platform === 'linux')('this process is among them', async () => {
  const own = await readFile('/proc/self/comm', 'utf8')
  expect(await processesNamed(own.trim())).toContain(process.pid)
})
