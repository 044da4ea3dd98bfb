import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from '@playwright/test'
import { launchApp, type TestHome, testHome } from './support/running-app.ts'

let home: TestHome
test.beforeEach(async () => {
  home = await testHome()
})
test.afterEach(async () => {
  await home.remove()
})

const refreshToken = 'rt-Qm0vXr2LbT9sYc4HzWp8'

/** Codex and pi as somebody leaves them who has copied the login of one to the other. */
async function shareLogin(): Promise<void> {
  const texts = {
    '.codex/auth.json': { tokens: { access_token: 'codex-access', refresh_token: refreshToken } },
    '.pi/agent/auth.json': { 'openai-codex': { type: 'oauth', access: 'codex-access', refresh: refreshToken, expires: 1 } },
  }
  for (const [name, text] of Object.entries(texts)) {
    const file = join(home.folder, name)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, JSON.stringify(text))
  }
}

test('two programs with one login are found once the person said yes, and what is ignored stays away', async () => {
  await shareLogin()
  const place = { ...home, env: { ...home.env, HOME: home.folder } }
  const app = await launchApp(place)
  const page = await app.electron.firstWindow()
  await page.getByRole('button', { name: 'Look…' }).click()
  await page.getByRole('button', { name: 'Read the logins of Codex CLI', exact: true }).click()
  await page.getByRole('button', { name: 'Read the logins of pi', exact: true }).click()
  const finding = page.getByRole('region', { name: /Codex CLI.+pi.+hold one login/ })
  await finding.getByRole('button', { name: 'Make TokenTray the owner' }).click()
  await expect(finding).toContainText('~/.codex/auth.json')
  await finding.getByRole('button', { name: 'Cancel' }).click()
  await finding.getByRole('button', { name: 'Ignore' }).click()
  await expect(finding).toHaveCount(0)
  await app.electron.close()
  expect(await readFile(join(home.folder, '.codex/auth.json'), 'utf8')).toContain(refreshToken)
  expect(await readFile(join(home.folder, 'radar.json'), 'utf8')).not.toContain(refreshToken)

  const again = await launchApp(place)
  const next = await again.electron.firstWindow()
  await expect(next.getByRole('heading', { name: 'TokenTray' })).toBeVisible()
  await expect(next.getByText('Sign in to').first()).toBeVisible()
  await expect(next.getByText('hold one login')).toHaveCount(0)
  expect(again.written() + app.written()).not.toContain(refreshToken)
  await again.electron.close()
})
