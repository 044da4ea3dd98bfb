import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { realFiles } from '../../src/vault/durable-file.ts'
import type { Files } from '../../src/vault/index.ts'
import { sampleGrant } from './samples.ts'
import { lived, loaded } from './world.ts'

describe('a damaged file', () => {
  const damages = {
    truncated: (bytes: Buffer) => bytes.subarray(0, bytes.length / 2),
    empty: () => Buffer.alloc(0),
    'full of zeros': (bytes: Buffer) => Buffer.alloc(bytes.length),
    tampered: (bytes: Buffer) => {
      const envelope = JSON.parse(bytes.toString())
      const ciphertext = Buffer.from(envelope.ciphertext, 'base64')
      ciphertext[40] = (ciphertext[40] ?? 0) ^ 1
      return Buffer.from(JSON.stringify({ ...envelope, ciphertext: ciphertext.toString('base64') }))
    },
  }

  test.each(Object.entries(damages))(
    'that is %s is set aside, and the last good copy serves with a notice',
    async (_name, damage) => {
      const w = await lived()
      const damaged = damage(readFileSync(w.path('a')))
      writeFileSync(w.path('a'), damaged)
      expect(await loaded(w, 'a')).toEqual({ number: 1, notice: 'grant_restored' })
      const aside = readdirSync(w.grants).filter((name) => name.includes('damaged'))
      expect(aside).toHaveLength(1)
      expect(readFileSync(join(w.grants, aside[0] ?? ''))).toEqual(damaged)
      expect(await loaded(w, 'b')).toEqual({ number: 12, notice: undefined })
      // The copy has taken the place of the damaged file, so the notice comes once.
      expect(await loaded(w, 'a')).toEqual({ number: 1, notice: undefined })
    },
  )

  test('whose copy is damaged too is an answer that stays until the next sign-in, and costs no other account', async () => {
    const w = await lived()
    writeFileSync(w.path('a'), 'x')
    writeFileSync(w.path('a', '.previous'), 'y')
    expect(await loaded(w, 'a')).toMatchObject({ kind: 'damaged', error: { code: 'grant_damaged' } })
    expect(await loaded(w, 'a')).toMatchObject({ kind: 'damaged', error: { code: 'grant_damaged' } })
    expect(await loaded(w, 'b')).toEqual({ number: 12, notice: undefined })
    const { vault } = w.start()
    await vault.save('a', sampleGrant(3))
    expect(await loaded(w, 'a')).toEqual({ number: 3, notice: undefined })
    expect(readdirSync(w.grants).filter((name) => name.includes('damaged'))).toHaveLength(2)
  })

  test('that is missing is replaced by its last good copy', async () => {
    const w = await lived()
    rmSync(w.path('a'))
    expect(await loaded(w, 'a')).toEqual({ number: 1, notice: 'grant_restored' })
  })

  test('swapped in from another account is refused', async () => {
    const w = await lived()
    copyFileSync(w.path('b'), w.path('a'))
    expect(await loaded(w, 'a')).toEqual({ number: 1, notice: 'grant_restored' })
  })

  test('of two that were swapped with all their copies gives nobody the login of another', async () => {
    const w = await lived()
    for (const suffix of ['', '.previous']) {
      const [a, b] = [readFileSync(w.path('a', suffix)), readFileSync(w.path('b', suffix))]
      writeFileSync(w.path('a', suffix), b)
      writeFileSync(w.path('b', suffix), a)
    }
    for (const account of ['a', 'b']) {
      expect(await loaded(w, account)).toMatchObject({ kind: 'damaged', error: { code: 'grant_damaged' } })
    }
  })

  test('is not made the last good copy by a write that comes before any read', async () => {
    const w = await lived()
    writeFileSync(w.path('a'), 'x')
    const { vault } = w.start()
    await vault.save('a', sampleGrant(3))
    expect(await loaded(w, 'a')).toMatchObject({ number: 3 })
    writeFileSync(w.path('a'), 'x')
    expect(await loaded(w, 'a')).toEqual({ number: 1, notice: 'grant_restored' })
  })

  test('of a future format is left alone by reads and writes', async () => {
    const w = await lived()
    const future = '{"tokentray_sealed":2,"new":"things"}'
    writeFileSync(w.path('a'), future)
    expect(await loaded(w, 'a')).toMatchObject({
      kind: 'damaged',
      error: { code: 'sealed_by_newer_version', description: expect.stringContaining('newer TokenTray') },
    })
    const { vault } = w.start()
    await expect(vault.save('a', sampleGrant(3))).rejects.toMatchObject({ code: 'vault_unavailable' })
    expect(readFileSync(w.path('a'), 'utf8')).toBe(future)
    expect(await loaded(w, 'b')).toMatchObject({ number: 12 })
  })

  test('on a read-only disk still gives way to its last good copy', async () => {
    const w = await lived()
    writeFileSync(w.path('a'), 'x')
    const refuse = () => Promise.reject(Object.assign(new Error('EROFS'), { code: 'EROFS' }))
    const { vault } = w.start({ ...realFiles, rename: refuse, link: refuse, unlink: refuse })
    await vault.open()
    expect(await vault.load('a')).toMatchObject({ kind: 'found', notice: { code: 'grant_restored' } })
  })

  test.each(['a.sealed', 'a.sealed.previous'])(
    'that the disk does not let us read costs its own account only: %s',
    async (name) => {
      const w = await lived()
      const readFile = (path: string, encoding: 'utf8') =>
        path.endsWith(`/${name}`)
          ? Promise.reject(Object.assign(new Error('bad sector'), { code: 'EIO' }))
          : realFiles.readFile(path, encoding)
      const { vault } = w.start({ ...realFiles, readFile } as Files)
      expect((await vault.open()).state).toEqual({ kind: 'ready' })
      expect(await vault.load('b')).toMatchObject({ kind: 'found' })
      if (name === 'a.sealed') await expect(vault.load('a')).rejects.toMatchObject({ code: 'vault_unavailable' })
      else expect(await vault.load('a')).toMatchObject({ kind: 'found' })
      // A new login of the account is stored all the same, and what cannot be read is kept.
      await vault.save('a', sampleGrant(3))
      expect(readdirSync(w.grants).filter((each) => each.startsWith(`${name}.damaged-`))).toHaveLength(
        name === 'a.sealed' ? 1 : 0,
      )
    },
  )

  test.each(['', '.previous'])('that is a folder now is set aside by a write: a.sealed%s', async (suffix) => {
    const w = await lived()
    const { vault } = w.start()
    await vault.open()
    await vault.load('a')
    rmSync(w.path('a', suffix))
    mkdirSync(w.path('a', suffix))
    await vault.save('a', sampleGrant(3))
    expect(await loaded(w, 'a')).toEqual({ number: 3, notice: undefined })
  })

  test('whose folder was removed is written into a new one', async () => {
    const w = await lived()
    const { vault } = w.start()
    await vault.open()
    await vault.load('a')
    rmSync(join(w.home, 'vault'), { recursive: true })
    await vault.save('a', sampleGrant(3))
    expect(await loaded(w, 'a')).toEqual({ number: 3, notice: undefined })
  })

  test('of a killed process is swept away once it is old', async () => {
    const w = await lived()
    writeFileSync(w.path('a', '.0123456789ab.tmp'), 'half')
    await w.start().vault.open()
    // The manual clock is years ahead of the files.
    expect(readdirSync(w.grants).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })
})
