import { execFile } from 'node:child_process'
import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import type { Bridge } from '../../src/ipc/channels.ts'
import { installCommand } from '../main/support/installed-command.ts'
import { launchApp, type TestHome, testHome } from '../main/support/running-app.ts'

declare global {
  interface Window {
    readonly tokentray: Bridge
  }
}

const key = 'sk-or-v1-0123456789abcdef0123456789abcdef0123456789abcdef'
/** What the person has in the settings of the tool already. */
const theirs = 'sk-a-key-of-their-own-0123456789'
const before = `{\t"providers": { // mine\n\t\t"other": { "apiKey": "${theirs}" } },\n}\n`

let home: TestHome
test.beforeEach(async () => {
  home = await testHome()
  const PATH = `${await installCommand(home.folder)}:${home.env.PATH}`
  // Nobody listens there: the key is kept and cannot be tried.
  home = { ...home, env: { ...home.env, HOME: home.folder, PATH, TOKENTRAY_UPSTREAM: 'http://127.0.0.1:1' } }
})
test.afterEach(() => home.remove())

const inShell = async (line: string) => (await promisify(execFile)('sh', ['-c', line], { env: home.env })).stdout

test('a tool is connected from the window, gets its token, and is byte for byte as before when it is disconnected', async () => {
  const dotfile = join(home.folder, 'dotfiles', 'models.json')
  await mkdir(join(home.folder, 'dotfiles'))
  await writeFile(dotfile, before, { mode: 0o640 })
  await mkdir(join(home.folder, '.pi', 'agent'), { recursive: true })
  await symlink(dotfile, join(home.folder, '.pi', 'agent', 'models.json'))
  const app = await launchApp(home)
  const page = await app.electron.firstWindow()
  await expect(page.getByRole('status')).toHaveText('Signed out')
  await page.evaluate((secret) => window.tokentray.invoke('account:add-key', { account: 'openrouter', key: secret }), key)

  await page.getByRole('tab', { name: 'Tools' }).click()
  await page.getByRole('button', { name: 'Connect pi', exact: true }).click()
  const panel = page.getByRole('group', { name: 'Connecting pi' })
  await expect(panel).toContainText('~/.pi/agent/models.json is a link to ~/dotfiles/models.json.')
  await panel.getByRole('button', { name: 'Follow the link' }).click()
  await expect(panel.getByRole('region', { name: 'Changes to ~/dotfiles/models.json' })).toContainText(
    '!tokentray token openrouter',
  )
  expect(await readFile(dotfile, 'utf8')).toBe(before)
  await panel.getByRole('button', { name: 'Connect', exact: true }).click()
  const row = page.getByRole('listitem', { name: 'pi', exact: true })
  await expect(row).toContainText('Connected · OpenRouter')

  const written = await readFile(dotfile, 'utf8')
  const command = /"!(tokentray token openrouter[^"]*)"/.exec(written)?.[1] ?? ''
  expect((await inShell(command)).trim()).toBe(key)
  expect(written).toContain('// mine')
  // The command knows of it, as both write to one journal.
  expect(await inShell('tokentray connect --list')).toMatch(/^pi +connected +openrouter/m)

  await row.getByRole('button', { name: 'Disconnect pi' }).click()
  await row.getByRole('button', { name: 'Disconnect', exact: true }).click()
  await expect(row).toContainText('Its settings are as they were before.')
  expect(await readFile(dotfile, 'utf8')).toBe(before)
  expect((await stat(dotfile)).mode & 0o777).toBe(0o640)
  expect(await page.content()).not.toContain(theirs)
  expect(app.written()).not.toContain(theirs)
  await app.electron.close()
})
