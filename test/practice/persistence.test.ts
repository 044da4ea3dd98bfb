import { chmod, cp, mkdir, readdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { request } from 'undici'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type PracticeServer, practicePaths } from '../../src/practice/index.ts'
import { openStateStore } from '../../src/practice/state-store.ts'
import { refresh, signIn, whoami } from './client.ts'
import { practiceServer, temporaryFolder } from './running.ts'

const stateFile = 'practice-state.jsonl'
const keyFile = 'practice-signing-key.json'
const aside = async (folder: string) => (await readdir(folder)).filter((name) => name.includes('.damaged-'))
const keys = async (server: PracticeServer) => (await request(server.issuer + practicePaths.jwks)).body.json()

afterEach(() => vi.useRealTimers())

describe('the folder', () => {
  it('keeps logins and the signing key over a restart', async () => {
    const folder = await temporaryFolder()
    const before = await practiceServer({ folder })
    const { access_token, refresh_token } = await signIn(before, { person: 'sol' })
    const key = await keys(before)
    await before.close()

    const after = await practiceServer({ folder })
    expect(await keys(after)).toEqual(key)
    expect((await whoami(after, `Bearer ${access_token}`)).body.sub).toBe('sol')
    expect((await refresh(after, refresh_token)).status).toBe(200)
    expect(await aside(folder)).toEqual([])
  })

  it('holds a rotation as soon as it is answered, so a killed server knows the spent token and the new one', async () => {
    const folder = await temporaryFolder()
    const server = await practiceServer({ folder })
    const { refresh_token } = await signIn(server)
    const { body } = await refresh(server, refresh_token)
    // What is on disk now is all that a killed process leaves.
    const [one, two] = [join(folder, 'one'), join(folder, 'two')]
    for (const copy of [one, two]) {
      await mkdir(copy)
      for (const name of [stateFile, keyFile]) await cp(join(folder, name), join(copy, name))
    }
    expect((await refresh(await practiceServer({ folder: one }), String(body.refresh_token))).status).toBe(200)

    const other = await practiceServer({ folder: two })
    expect((await whoami(other, `Bearer ${body.access_token}`)).status).toBe(200)
    expect(await refresh(other, refresh_token)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect(other.statistics.reuseDetections).toBe(1)
    expect((await whoami(other, `Bearer ${body.access_token}`)).status).toBe(401)
  })

  it('keeps a revoked family revoked', async () => {
    const folder = await temporaryFolder()
    const before = await practiceServer({ folder })
    const { access_token, refresh_token } = await signIn(before)
    const { body } = await refresh(before, refresh_token)
    await refresh(before, refresh_token)
    await before.close()
    const after = await practiceServer({ folder })
    expect((await whoami(after, `Bearer ${access_token}`)).status).toBe(401)
    expect((await refresh(after, String(body.refresh_token))).status).toBe(400)
  })

  it('is closed to others and holds no token that could be used', async () => {
    const folder = join(await temporaryFolder(), 'deep', 'inside')
    await mkdir(folder, { recursive: true, mode: 0o755 })
    await chmod(folder, 0o755)
    const server = await practiceServer({ folder })
    const { access_token, refresh_token } = await signIn(server)
    const { body } = await refresh(server, refresh_token)
    const mode = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)
    expect(await mode(folder)).toBe('700')
    expect(await mode(join(folder, stateFile))).toBe('600')
    expect(await mode(join(folder, keyFile))).toBe('600')
    const text = await readFile(join(folder, stateFile), 'utf8')
    expect(text).toContain('RefreshToken:')
    for (const token of [access_token, refresh_token, body.access_token, body.refresh_token]) {
      expect(text).not.toContain(String(token))
    }
  })

  it('forgets at the start what has expired', async () => {
    const folder = await temporaryFolder()
    const server = await practiceServer({ folder })
    await signIn(server)
    await server.close()
    expect((await readFile(join(folder, stateFile), 'utf8')).trim().split('\n')).toHaveLength(4)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 366 * 24 * 3600 * 1000 })
    await practiceServer({ folder })
    expect((await readFile(join(folder, stateFile), 'utf8')).trim().split('\n')).toHaveLength(1)
  })

  it('honours no token whose grant is gone', async () => {
    const folder = await temporaryFolder()
    const before = await practiceServer({ folder })
    const { access_token, refresh_token } = await signIn(before)
    await before.close()
    const file = join(folder, stateFile)
    const key = /"(Grant:[^"]+)"/.exec(await readFile(file, 'utf8'))?.[1]
    await writeFile(file, `${JSON.stringify({ key, removed: true })}\n`, { flag: 'a' })
    const after = await practiceServer({ folder })
    expect((await whoami(after, `Bearer ${access_token}`)).status).toBe(401)
    expect((await refresh(after, refresh_token)).body.error).toBe('invalid_grant')
  })

  it('does not grow with every refresh for ever', async () => {
    const folder = await temporaryFolder()
    const store = await openStateStore(folder)
    vi.useFakeTimers({ toFake: ['Date'] })
    for (let rotation = 0; rotation < 3000; rotation += 1) {
      vi.setSystemTime(Date.now() + 60_000)
      store.put('RefreshToken', `refresh ${rotation}`, {}, 3600)
      store.put('AccessToken', `access ${rotation}`, {}, 600)
      store.consume('RefreshToken', `refresh ${rotation - 1}`)
      await store.flush()
    }
    // 3000 rotations change 9000 entries; what is alive is an hour of refresh tokens and ten minutes of access tokens.
    const lines = async () => (await readFile(join(folder, stateFile), 'utf8')).split('\n').length
    expect(await lines()).toBeLessThan(4000)
    const after = await openStateStore(folder)
    expect(await lines()).toBeLessThan(80)
    expect(after.find('RefreshToken', 'refresh 2999')).toEqual({ jti: 'refresh 2999' })
    expect(after.find('RefreshToken', 'refresh 2998')?.consumed).toBeTypeOf('number')
    expect(after.find('RefreshToken', 'refresh 2000')).toBeUndefined()
  })
})

describe('a damaged file', () => {
  it.each([
    ['is no log at all', () => 'what is this?'],
    ['is empty', () => ''],
    ['has another format', (text: string) => text.replace('tokentray-practice-1', 'tokentray-practice-9')],
    ['has a broken line', (text: string) => text.replace('{"key"', '{"ke')],
    ['has a line of another kind', (text: string) => text.replace('"expiresAt"', '"expiresSoon"')],
  ])('that %s is set aside, and the server starts empty', async (_, damage) => {
    const folder = await temporaryFolder()
    const before = await practiceServer({ folder })
    const { refresh_token } = await signIn(before)
    await before.close()
    const text = await readFile(join(folder, stateFile), 'utf8')
    expect(damage(text)).not.toBe(text)
    await writeFile(join(folder, stateFile), damage(text))

    const after = await practiceServer({ folder })
    expect(await aside(folder)).toEqual([expect.stringMatching(/^practice-state\.jsonl\.damaged-\d+$/)])
    expect(await readFile(join(folder, (await aside(folder))[0]!), 'utf8')).toBe(damage(text))
    expect((await refresh(after, refresh_token)).body.error).toBe('invalid_grant')
    const fresh = await signIn(after)
    await after.close()
    expect((await refresh(await practiceServer({ folder }), fresh.refresh_token)).status).toBe(200)
  })

  it('is not one whose last line was cut off: that change was never answered', async () => {
    const folder = await temporaryFolder()
    const before = await practiceServer({ folder })
    const { refresh_token } = await signIn(before)
    await before.close()
    await writeFile(join(folder, stateFile), '{"key":"Refresh', { flag: 'a' })
    const after = await practiceServer({ folder })
    expect(await aside(folder)).toEqual([])
    expect((await refresh(after, refresh_token)).status).toBe(200)
  })

  it('of the signing key is replaced', async () => {
    const folder = await temporaryFolder()
    for (const text of ['not a key', '{"kty":"RSA"}', 'null']) {
      await writeFile(join(folder, keyFile), text)
      const server = await practiceServer({ folder })
      await signIn(server)
      await server.close()
    }
    expect(await aside(folder)).toHaveLength(3)
  })
})

describe('a disk that refuses', () => {
  it('makes the token endpoint answer 503 instead of a rotation that could be lost, and is tried again', async () => {
    const folder = await temporaryFolder()
    const server = await practiceServer({ folder })
    const [first, second] = [await signIn(server), await signIn(server)]
    const file = join(folder, stateFile)
    const text = await readFile(file, 'utf8')
    await rm(file)
    await mkdir(file)
    expect(await refresh(server, first.refresh_token)).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable' } })
    expect(server.statistics.tokenRequests.refresh_token).toEqual({ succeeded: 0, refused: 1 })
    // The disk is back, with half a line on it, as a full disk leaves one. Closing is enough to make up for everything.
    await rmdir(file)
    await writeFile(file, `${text}{"key":"Refresh`)
    await server.close()
    const after = await practiceServer({ folder })
    expect(await aside(folder)).toEqual([])
    expect((await whoami(after, `Bearer ${second.access_token}`)).status).toBe(200)
    expect(await refresh(after, first.refresh_token)).toMatchObject({ body: { error: 'invalid_grant' } })
    expect(after.statistics.reuseDetections).toBe(1)
  })

  it('goes on being written when it allows it again', async () => {
    const folder = await temporaryFolder()
    const server = await practiceServer({ folder })
    const [first, second] = [await signIn(server), await signIn(server)]
    const file = join(folder, stateFile)
    await rm(file)
    await mkdir(file)
    expect((await refresh(server, first.refresh_token)).status).toBe(503)
    await rmdir(file)
    const { body } = await refresh(server, second.refresh_token)
    await writeFile(join(folder, 'copy'), await readFile(file))
    expect((await refresh(server, String(body.refresh_token))).status).toBe(200)
    await rm(file)
    await cp(join(folder, 'copy'), file)
    const after = await practiceServer({ folder })
    expect((await refresh(after, String(body.refresh_token))).status).toBe(200)
  })

  it('is named when the folder cannot be made', async () => {
    const file = join(await temporaryFolder(), 'file')
    await writeFile(file, '')
    await expect(practiceServer({ folder: join(file, 'below') })).rejects.toMatchObject({
      code: 'login_failed',
      message: expect.stringContaining(join(file, 'below')),
      fix: expect.stringContaining('writable'),
    })
  })
})
