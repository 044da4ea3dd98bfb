import { chmod, chown, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { claudeCodeFile } from '../../../src/integrations/token-files/claude-code.ts'
import { emptyTokenFile, fillTokenFile } from '../../../src/integrations/token-files/write-token-file.ts'

const token = { accessToken: 'sk-ant-oat01-new' }
/** Milliseconds. */
const patience = { wait: 200, stale: 15_000 }

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp('/tmp/tt-token-file-')
  path = join(folder, '.claude', '.credentials.json')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const fill = () => fillTokenFile(claudeCodeFile, path, token, patience)
const empty = () => emptyTokenFile(claudeCodeFile, path, patience)
const inIt = async () => JSON.parse(await readFile(path, 'utf8'))

async function thereIs(text: string): Promise<void> {
  await mkdir(join(folder, '.claude'), { recursive: true })
  await writeFile(path, text)
}

describe('a token', () => {
  test('comes into a file and a folder that only the person can read, and goes with the file', async () => {
    expect(await fill()).toBe('written')
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect((await stat(join(folder, '.claude'))).mode & 0o777).toBe(0o700)
    expect(await fill()).toBe('unchanged')
    expect(await readdir(join(folder, '.claude'))).toEqual(['.credentials.json'])
    expect(await empty()).toBe('written')
    expect(await readdir(join(folder, '.claude'))).toEqual([])
  })

  test('is hidden from others although the file was open to them', async () => {
    await thereIs('{"mcpOAuth":{}}')
    await chmod(path, 0o644)
    await fill()
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await inIt()).toMatchObject({ mcpOAuth: {} })
  })

  test('is taken out of nothing without making anything', async () => {
    expect(await empty()).toBe('unchanged')
    expect(await readdir(folder)).toEqual([])
  })

  test('goes through a symbolic link, which stays', async () => {
    const elsewhere = join(folder, 'dotfiles.json')
    await writeFile(elsewhere, '{}')
    await mkdir(join(folder, '.claude'))
    await symlink(elsewhere, path)
    expect(await fill()).toBe('written')
    expect((await lstat(path)).isSymbolicLink()).toBe(true)
    expect(JSON.parse(await readFile(elsewhere, 'utf8')).claudeAiOauth.accessToken).toBe(token.accessToken)
    expect(await empty()).toBe('written')
    expect(await readFile(elsewhere, 'utf8')).toBe('{}')
  })

  test('never takes the place of a login that the tool has of its own', async () => {
    const own = '{"claudeAiOauth":{"accessToken":"a","refreshToken":"r"}}'
    await thereIs(own)
    expect(await fill()).toBe('taken')
    expect(await empty()).toBe('taken')
    expect(await readFile(path, 'utf8')).toBe(own)
  })
})

describe('a file is left as it is', () => {
  const refused = { code: 'invalid_request', message: expect.stringContaining('is left as it is'), fix: expect.any(String) }

  test.each([
    ['is no JSON', '{"claudeAiOauth":'],
    ['is a list', '[]'],
    ['is far too large', `{"a":"${'x'.repeat(1_048_577)}"}`],
  ])('that %s', async (_, text) => {
    await thereIs(text)
    await expect(fill()).rejects.toMatchObject(refused)
    await expect(empty()).rejects.toMatchObject(refused)
    expect(await readFile(path, 'utf8')).toBe(text)
    expect(await readdir(join(folder, '.claude'))).toEqual(['.credentials.json'])
  })

  test('that is not UTF-8', async () => {
    await mkdir(join(folder, '.claude'))
    await writeFile(path, Buffer.from([0x7b, 0xff, 0x7d]))
    await expect(fill()).rejects.toMatchObject(refused)
    expect([...(await readFile(path))]).toEqual([0x7b, 0xff, 0x7d])
  })

  test('that is a folder', async () => {
    await mkdir(path, { recursive: true })
    await expect(fill()).rejects.toMatchObject(refused)
    expect((await stat(path)).isDirectory()).toBe(true)
  })

  test.runIf(process.getuid?.() === 0)('that belongs to somebody else', async () => {
    await thereIs('{}')
    await chown(path, 1, 1)
    await expect(fill()).rejects.toMatchObject({ message: expect.stringContaining('another user') })
    expect(await readFile(path, 'utf8')).toBe('{}')
  })

  test('that a link leads to and that is not there', async () => {
    await mkdir(join(folder, '.claude'))
    await symlink(join(folder, 'gone.json'), path)
    await expect(fill()).rejects.toMatchObject(refused)
    expect(await readdir(folder)).toEqual(['.claude'])
  })

  test('that the tool is writing; one that was killed while it wrote is not waited for', async () => {
    await thereIs('{}')
    const lock = join(folder, '.claude', '.storage-write.lock')
    await mkdir(lock)
    await expect(fill()).rejects.toMatchObject({
      code: 'temporarily_unavailable',
      message: expect.stringContaining('is held by its program'),
    })
    expect(await readFile(path, 'utf8')).toBe('{}')
    await utimes(lock, 1, 1)
    expect(await fill()).toBe('written')
    expect(await readdir(join(folder, '.claude'))).toEqual(['.credentials.json'])
  })
})

test('two that write at once do it one after the other', async () => {
  const outcomes = await Promise.all(
    ['a', 'b', 'c', 'd'].map((accessToken) => fillTokenFile(claudeCodeFile, path, { accessToken })),
  )
  expect(outcomes).toEqual(Array(4).fill('written'))
  expect(await readdir(join(folder, '.claude'))).toEqual(['.credentials.json'])
})
