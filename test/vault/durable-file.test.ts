import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { BrokerError } from '../../src/protocol/index.ts'
import {
  ensurePrivateFolder,
  type Files,
  readText,
  realFiles,
  removeDurably,
  setAside,
  writeDurably,
} from '../../src/vault/durable-file.ts'
import { tinyDisk } from './disks.ts'
import { temporaryHome } from './samples.ts'

const failing = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }))

/** The text of the file, or of its last good copy: what a start would find. */
const surviving = (path: string) => readFileSync(existsSync(path) ? path : `${path}.previous`, 'utf8')

describe('a durable write', () => {
  test('leaves the new text and the last good copy, readable by the owner only, and nothing else', async () => {
    const home = await temporaryHome()
    const path = join(home, 'file')
    for (const text of ['one', 'two', 'three']) await writeDurably(path, text)
    expect(readFileSync(path, 'utf8')).toBe('three')
    expect(readFileSync(`${path}.previous`, 'utf8')).toBe('two')
    expect([path, `${path}.previous`].map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600])
    expect(readdirSync(home).sort()).toEqual(['file', 'file.previous'])
  })

  test('keeps the last good copy where there are no hard links', async () => {
    const path = join(await temporaryHome(), 'file')
    const files: Files = { ...realFiles, link: failing('EPERM') }
    for (const text of ['one', 'two', 'three']) await writeDurably(path, text, files)
    expect([readFileSync(path, 'utf8'), readFileSync(`${path}.previous`, 'utf8')]).toEqual(['three', 'two'])
    expect(statSync(`${path}.previous`).mode & 0o777).toBe(0o600)
  })

  test('never writes through a symbolic link', async () => {
    const home = await temporaryHome()
    const victim = join(home, 'victim')
    const path = join(home, 'file')
    writeFileSync(victim, 'not ours')
    symlinkSync(victim, path)
    await writeDurably(path, 'ours')
    expect(readFileSync(victim, 'utf8')).toBe('not ours')
    expect(lstatSync(path).isFile()).toBe(true)
    expect(readFileSync(path, 'utf8')).toBe('ours')
  })

  test.each(['open', 'link', 'rename'] as const)('that fails at %s leaves the old text and nothing half done', async (step) => {
    const home = await temporaryHome()
    const path = join(home, 'file')
    await writeDurably(path, 'old')
    const files: Files = { ...realFiles, [step]: failing('EIO') }
    await expect(writeDurably(path, 'new', files)).rejects.toMatchObject({ code: 'vault_unavailable' })
    expect(surviving(path)).toBe('old')
    expect(readdirSync(home).filter((name) => name.endsWith('.tmp'))).toEqual([])
    await writeDurably(path, 'new')
    expect(readFileSync(path, 'utf8')).toBe('new')
  })

  test('has a good file at every step', async () => {
    const path = join(await temporaryHome(), 'file')
    await writeDurably(path, 'old')
    const seen: string[] = []
    const watched = Object.fromEntries(
      Object.entries(realFiles).map(([name, operation]) => [
        name,
        async (...args: unknown[]) => {
          seen.push(surviving(path))
          const result = await (operation as (...all: unknown[]) => Promise<unknown>)(...args)
          seen.push(surviving(path))
          return result
        },
      ]),
    ) as unknown as Files
    await writeDurably(path, 'new', watched)
    expect(new Set(seen)).toEqual(new Set(['old', 'new']))
    expect(seen.length).toBeGreaterThan(8)
  })

  test('syncs the text before the rename, and the folder after it', async () => {
    const path = join(await temporaryHome(), 'file')
    await writeDurably(path, 'old')
    const steps: string[] = []
    const open: Files['open'] = async (file, ...rest) => {
      const handle = await realFiles.open(file, ...rest)
      const sync = handle.sync.bind(handle)
      handle.sync = async () => {
        steps.push(String(file).endsWith('.tmp') ? 'sync text' : 'sync folder')
        await sync()
      }
      return handle
    }
    const rename: Files['rename'] = async (from, to) => {
      steps.push(to === path ? 'rename' : 'keep previous')
      await realFiles.rename(from, to)
    }
    await writeDurably(path, 'new', { ...realFiles, open, rename })
    expect(steps).toEqual(['sync text', 'keep previous', 'rename', 'sync folder'])
  })

  test.each([
    ['ENOSPC', /disk is full/, /space/],
    ['EROFS', /may not write/, /writable/],
    ['EACCES', /may not write/, /TOKENTRAY_HOME/],
    ['EIO', /could not write/, /disk/],
  ])('names %s and says what to do', async (code, description, fix) => {
    const path = join(await temporaryHome(), 'file')
    const error = await writeDurably(path, 'new', { ...realFiles, open: failing(code) }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(BrokerError)
    expect(error).toMatchObject({
      code: 'vault_unavailable',
      message: expect.stringMatching(description),
      fix: expect.stringMatching(fix),
    })
  })
})

describe('a real disk', () => {
  test('that fills up during the write keeps the old file whole, and takes the new one once there is space', async (context) => {
    const disk = tinyDisk('64k')
    if (disk === undefined) return context.skip('mounting is not permitted here')
    onTestFinished(() => disk.remove())
    const path = join(disk.path, 'file')
    const old = 'o'.repeat(5000)
    const large = 'n'.repeat(9000)
    await writeDurably(path, old)
    const filler = Array.from({ length: 40 }, (_, index) => join(disk.path, `filler-${index}`))
    const filled = filler.filter((file) => writes(file))
    // One page is free: enough for the beginning of the new text, which is what a torn file is made of.
    await removeDurably([filled[0]!])
    await expect(writeDurably(path, large)).rejects.toMatchObject({
      code: 'vault_unavailable',
      message: expect.stringMatching(/full/),
    })
    expect(readFileSync(path, 'utf8')).toBe(old)
    await removeDurably(filled)
    await writeDurably(path, large)
    expect(readFileSync(path, 'utf8')).toBe(large)
  })

  test('that is read-only is named', async (context) => {
    const disk = tinyDisk('64k')
    if (disk === undefined) return context.skip('mounting is not permitted here')
    onTestFinished(() => disk.remove())
    const path = join(disk.path, 'file')
    await writeDurably(path, 'old')
    disk.makeReadOnly()
    await expect(writeDurably(path, 'new')).rejects.toMatchObject({
      code: 'vault_unavailable',
      message: expect.stringMatching(/EROFS/),
    })
    await expect(removeDurably([path])).rejects.toMatchObject({ code: 'vault_unavailable' })
    expect(await readText(path)).toBe('old')
  })
})

describe('the small operations', () => {
  test('reading answers undefined for nothing, and empty text for what is no file of ours', async () => {
    const home = await temporaryHome()
    mkdirSync(join(home, 'folder'))
    symlinkSync('/etc/hostname', join(home, 'link'))
    writeFileSync(join(home, 'huge'), 'x'.repeat(1_100_000))
    expect(await readText(join(home, 'nothing'))).toBeUndefined()
    expect(await Promise.all(['folder', 'link', 'huge'].map((name) => readText(join(home, name))))).toEqual(['', '', ''])
  })

  test('setting aside never covers an earlier damaged file', async () => {
    const home = await temporaryHome()
    const path = join(home, 'file')
    const names = []
    for (const text of ['a', 'b', 'c']) {
      writeFileSync(path, text)
      names.push(await setAside(path, 0))
    }
    expect(names.map((name) => readFileSync(name, 'utf8'))).toEqual(['a', 'b', 'c'])
    expect(names[0]).toBe(`${path}.damaged-1970-01-01T00-00-00-000Z`)
  })

  test('a private folder is created with its parents, and an open one is closed', async () => {
    const home = await temporaryHome()
    await ensurePrivateFolder(join(home, 'a', 'b'))
    mkdirSync(join(home, 'open'))
    chmodSync(join(home, 'open'), 0o755)
    await ensurePrivateFolder(join(home, 'open'))
    expect(['a', 'a/b', 'open'].map((name) => statSync(join(home, name)).mode & 0o777)).toEqual([0o700, 0o700, 0o700])
  })

  test('a private folder that is a link is refused, and the advice is about the link', async () => {
    const home = await temporaryHome()
    mkdirSync(join(home, 'real'))
    symlinkSync('real', join(home, 'link'))
    await expect(ensurePrivateFolder(join(home, 'link'))).rejects.toMatchObject({
      code: 'vault_unavailable',
      message: expect.stringContaining('a link'),
      fix: expect.stringContaining('the one that the link leads to'),
    })
  })

  test('removing what is not there is done already', async () => {
    await removeDurably([join(await temporaryHome(), 'no', 'file')])
  })
})

function writes(file: string): boolean {
  try {
    writeFileSync(file, 'f'.repeat(4096))
    return statSync(file).size === 4096
  } catch {
    return false
  }
}
