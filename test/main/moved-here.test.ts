import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { giveBack, movedHere } from '../../src/main/moved-here.ts'
import { BrokerError, type MovedLogin, type ReturnedLogin } from '../../src/protocol/index.ts'
import { snapshotOf } from '../renderer/support/snapshots.ts'
import { FakeHost } from './support/fake-host.ts'

let home: string
let host: FakeHost
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'tt-moved-'))
  host = new FakeHost(snapshotOf([]))
})
afterEach(() => rm(home, { recursive: true, force: true }))

const place = (hides = false) => ({
  env: { HOME: home, TOKENTRAY_HOME: join(home, 'tokentray') },
  hidesPersonalData: () => hides,
})
const wish = { account: 'openai-codex-1', program: 'codex' }

test('what can go back is told by its program and its file, and nothing else of it', async () => {
  const moved: MovedLogin = {
    ...wish,
    provider: 'openai-codex',
    login: 'ana@example.com',
    path: join(home, '.cli-proxy-api/ana@example.com.json'),
    moved_at: 5,
  }
  host.answers.set('moved_logins', () => [moved])
  expect(await movedHere(host, place())).toEqual([{ ...wish, file: '~/.cli-proxy-api/ana@example.com.json' }])
  expect(await movedHere(host, place(true))).toEqual([{ ...wish, file: '~/.cli-proxy-api/•••' }])
})

test('a login goes back, and copies that are still without it are named', async () => {
  const returned: ReturnedLogin = {
    ...wish,
    provider: 'openai-codex',
    written: [
      { path: join(home, '.codex/auth.json'), exact: true },
      { path: join(home, 'copy.json'), exact: false },
    ],
    left: [{ path: join(home, 'other.json'), reason: 'It is gone.' }],
  }
  host.answers.set('return_login', () => returned)
  expect(await giveBack(host, wish, place())).toEqual({ exact: false, left: ['~/other.json'] })
  expect(host.asked).toEqual([{ name: 'return_login', value: wish }])
})

test('after a no to reading its files, nothing is read for it', async () => {
  await mkdir(join(home, 'tokentray'))
  await writeFile(join(home, 'tokentray/stores.json'), JSON.stringify({ version: 1, stores: { codex: 'refused' } }))
  await expect(giveBack(host, wish, place())).rejects.toMatchObject({
    code: 'invalid_request',
    message: 'You have said no to reading the logins of Codex CLI.',
  })
  expect(host.asked).toEqual([])
})

test('why it cannot go back is what the broker says', async () => {
  host.answers.set('return_login', () => Promise.reject(new BrokerError('invalid_request', 'Codex CLI has a login of its own.')))
  await expect(giveBack(host, wish, place())).rejects.toMatchObject({ code: 'invalid_request' })
})
