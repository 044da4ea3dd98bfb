import { execFile } from 'node:child_process'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { MenuAction } from '../../../src/main/menu-model.ts'
import { DesktopNotices, type NoticeDesktop } from '../../../src/main/notices/desktop-notices.ts'
import type { SaidNotice } from '../../../src/main/notices/notice-words.ts'
import { notifySend } from '../../../src/main/notices/notify-send.ts'
import { type NotificationHost, startNotificationHost } from '../../support/notification-host.ts'

const run = promisify(execFile)
const ends: (() => unknown)[] = []
let host: NotificationHost

beforeEach(async () => {
  host = await startNotificationHost()
  ends.push(() => host.close())
})

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

const said = (more: Partial<SaidNotice> = {}): SaidNotice => ({
  key: 'consent:1',
  title: 'codex asks for Practice',
  body: 'Says it is codex',
  buttons: [
    { label: 'Allow once', action: { kind: 'decide', approval: '1', decision: 'once' } },
    { label: 'Deny', action: { kind: 'decide', approval: '1', decision: 'deny' } },
  ],
  click: { kind: 'open' },
  ...more,
})

/** Notices over the program in `PATH`, what was chosen in them, and what another desktop was asked to show. */
function notices(path = process.env.PATH) {
  const chosen: MenuAction[] = []
  const elsewhere: SaidNotice[] = []
  const otherwise: NoticeDesktop = {
    show(notice) {
      elsewhere.push(notice)
      return { close() {} }
    },
  }
  const desktop = notifySend({ env: { ...process.env, PATH: path }, icon: 'dialog-information', otherwise })
  const made = new DesktopNotices(desktop, (action) => chosen.push(action))
  // The program still has to hear of it before the service goes.
  ends.push(async () => {
    made.takeBackAll()
    await gone()
  })
  return { made, chosen, elsewhere }
}

/** A folder for `PATH` with a program of this name. */
async function withProgram(body: string): Promise<string> {
  const folder = await mkdtemp('/tmp/tt-path-')
  ends.push(() => rm(folder, { recursive: true }))
  await symlink((await run('which', ['sh'])).stdout.trim(), join(folder, 'sh'))
  if (body !== '') await writeFile(join(folder, 'notify-send'), `#!/bin/sh\n${body}\n`, { mode: 0o755 })
  return folder
}

const gone = () => vi.waitFor(() => expect(host.standing).toEqual([]), { timeout: 5_000 })

test('a notification has its buttons, and what is pressed is done once', async () => {
  const { made, chosen } = notices()
  made.show(said({ urgent: true }))
  const shown = await host.waitFor('codex asks for Practice')
  expect(shown).toMatchObject({ app: 'TokenTray', body: 'Says it is codex', urgency: 2, replaced: false })
  expect(shown.buttons).toEqual({ default: 'Allow once', 0: 'Allow once', 1: 'Deny' })
  host.press(shown, 'Deny')
  host.press(shown, 'Allow once')
  await vi.waitFor(() => expect(chosen).toEqual([{ kind: 'decide', approval: '1', decision: 'deny' }]), { timeout: 5_000 })
  await gone()
  expect(chosen).toHaveLength(1)
})

test('a click beside the buttons does not press one of them', async () => {
  const { made, chosen } = notices()
  made.show(said())
  host.click(await host.waitFor('codex asks for Practice'))
  await vi.waitFor(() => expect(chosen).toEqual([{ kind: 'open' }]), { timeout: 5_000 })
})

test('what has ended is taken away, and what is told anew takes the same place', async () => {
  const { made, chosen } = notices()
  made.show(said())
  const first = await host.waitFor('codex asks for Practice')
  // The program has yet to say which one it is.
  await new Promise((resolve) => setTimeout(resolve, 200))
  made.show(said({ title: 'pi asks for Practice' }))
  const second = await host.waitFor('pi asks for Practice')
  expect([second.id, second.replaced, host.standing.length]).toEqual([first.id, true, 1])
  host.press(second, 'Allow once')
  await vi.waitFor(() => expect(chosen).toHaveLength(1), { timeout: 5_000 })
  made.show(said({ title: 'aider asks' }))
  await host.waitFor('aider asks')
  made.takeBack('consent:1')
  await gone()
  expect(chosen).toHaveLength(1)
})

test('one that is taken back before it could be shown never comes, or goes again', async () => {
  const { made } = notices()
  made.show(said())
  made.takeBack('consent:1')
  made.show(said({ key: 'other', title: 'The next one' }))
  await host.waitFor('The next one')
  await vi.waitFor(() => expect(host.standing).toHaveLength(1), { timeout: 5_000 })
  expect(host.standing.map(({ title }) => title)).toEqual(['The next one'])
})

test('a name cannot write markup, options or lines', async () => {
  const { made } = notices()
  made.show(said({ title: '--help <b>x</b>', body: '<a href="x">Click</a> & C:\\new \\x41 مرحبا' }))
  const shown = await host.waitFor('--help ‹b›x‹/b›')
  expect(shown.body).toBe('‹a href="x"›Click‹/a› ＆ C:\\new \\x41 مرحبا')
})

test('a desktop without buttons still shows the words', async () => {
  await host.close()
  host = await startNotificationHost(process.env, ['body'])
  const { made } = notices()
  made.show(said())
  expect((await host.waitFor('codex asks for Practice')).buttons).toEqual({})
  made.takeBack('consent:1')
  await gone()
})

test.each([
  ['is missing', ''],
  ['knows no buttons', 'echo "  -u, --urgency=LEVEL"'],
  ['is broken', 'exit 1'],
])('where the program %s, the app itself shows the words', async (_, body) => {
  const { made, elsewhere } = notices(await withProgram(body))
  made.show(said({ title: 'A <b> & more' }))
  await vi.waitFor(() => expect(elsewhere).toMatchObject([{ title: 'A ‹b› ＆ more' }]), { timeout: 5_000 })
  expect(host.came).toEqual([])
})

test('of many that come and go at once, none stays behind', async () => {
  const { made } = notices()
  for (let round = 0; round < 6; round += 1) {
    made.show(said({ title: `Round ${round}` }))
    await host.waitFor(`Round ${round}`)
    if (round % 2 === 1) made.takeBack('consent:1')
  }
  await gone()
})

test('without stdbuf, buttons work and what has ended goes, too', async () => {
  const path = await withProgram('')
  await symlink((await run('which', ['notify-send'])).stdout.trim(), join(path, 'notify-send'))
  const { made, chosen } = notices(path)
  made.show(said())
  host.press(await host.waitFor('codex asks for Practice'), 'Allow once')
  await vi.waitFor(() => expect(chosen).toHaveLength(1), { timeout: 5_000 })
  made.show(said({ title: 'pi asks for Practice' }))
  await host.waitFor('pi asks for Practice')
  await new Promise((resolve) => setTimeout(resolve, 200))
  made.show(said({ title: 'aider asks' }))
  await host.waitFor('aider asks')
  await vi.waitFor(() => expect(host.standing.map(({ title }) => title)).toEqual(['aider asks']), { timeout: 5_000 })
})

test.each([
  ['with stdbuf', ['stdbuf', 'notify-send']],
  ['without stdbuf', ['notify-send']],
])('without a notification service nothing waits, and a later one is used, %s', async (_, programs) => {
  await host.close()
  const path = await withProgram('')
  for (const name of programs) await symlink((await run('which', [name])).stdout.trim(), join(path, name))
  const { made, chosen, elsewhere } = notices(path)
  made.show(said())
  const mine = async () => (await run('ps', ['-o', 'args=', '--ppid', String(process.pid)])).stdout
  await vi.waitFor(async () => expect(await mine()).toContain('TokenTray'), { timeout: 5_000, interval: 5 }).catch(() => {})
  await vi.waitFor(async () => expect(await mine()).not.toContain('TokenTray'), { timeout: 5_000 })
  host = await startNotificationHost()
  made.show(said({ key: 'later', title: 'Later' }))
  await host.waitFor('Later')
  expect([chosen, elsewhere]).toEqual([[], []])
})
