import { expect, test } from 'vitest'
import { installedCommand } from '../../src/integrations/index.ts'
import type { Surroundings } from '../../src/integrations/tool.ts'

const linux = (PATH: string): Surroundings => ({ env: { PATH }, home: '/home/ana', platform: 'linux' })

const search = (PATH: string, there: readonly string[], others: readonly string[] = []) =>
  installedCommand('tokentray', linux(PATH), { isProgram: async (path) => there.includes(path) }, async (path) =>
    others.includes(path),
  )

test.each([
  ['on PATH by its name', '/usr/bin:/opt/node/bin', ['/opt/node/bin/tokentray'], [], 'tokentray'],
  ['at a usual place by the whole path', '/usr/bin', ['/home/ana/.local/bin/tokentray'], [], '/home/ana/.local/bin/tokentray'],
  ['at a usual place that is on PATH by its name', '/home/ana/.local/bin', ['/home/ana/.local/bin/tokentray'], [], 'tokentray'],
  ['nowhere', '/usr/bin', [], [], undefined],
  ['in a relative folder of PATH not at all', 'bin:.', ['bin/tokentray', 'tokentray'], [], undefined],
  [
    'by the whole path where the name leads to another program',
    '/usr/bin:/n/bin',
    ['/usr/bin/tokentray', '/n/bin/tokentray'],
    ['/usr/bin/tokentray'],
    '/n/bin/tokentray',
  ],
  [
    'by its name where the other program comes later',
    '/n/bin:/usr/bin',
    ['/usr/bin/tokentray', '/n/bin/tokentray'],
    ['/usr/bin/tokentray'],
    'tokentray',
  ],
  ['not at all where only the other program is there', '/usr/bin', ['/usr/bin/tokentray'], ['/usr/bin/tokentray'], undefined],
] as const)('a command is started %s', async (_what, path, there, others, expected) => {
  expect(await search(path, there, others)).toBe(expected)
})

test('on Windows a command has an ending', async () => {
  const surroundings: Surroundings = { env: { Path: '/n' }, home: '/u', platform: 'win32' }
  const isProgram = async (path: string) => path === '/n/tokentray.cmd'
  expect(await installedCommand('tokentray', surroundings, { isProgram }, async () => false)).toBe('tokentray')
})
