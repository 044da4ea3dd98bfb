import { expect, test } from '@playwright/test'
import { lockKeyring, unlockKeyring, withKeyring, withoutSecretService } from '../support/keyring.ts'
import type { SessionEnvironment } from '../support/session-bus.ts'
import { startTrayHost, type TrayItem } from '../support/status-notifier.ts'
import { launchApp, type RunningApp, testHome } from './support/running-app.ts'

/** Runs the app with the keychain of a session of its own. */
async function withApp(env: SessionEnvironment, body: (icon: TrayItem, app: RunningApp) => Promise<void>): Promise<void> {
  const host = await startTrayHost(env)
  const home = await testHome({ ...env, DISPLAY: process.env.DISPLAY })
  const app = await launchApp({ ...home, env: { ...home.env, TOKENTRAY_VAULT: 'keychain' } })
  try {
    await body(await host.waitForItem(), app)
  } finally {
    await app.electron.close()
    await host.close()
    await home.remove()
  }
}

const tooltip = (icon: TrayItem) => expect.poll(async () => (await icon.properties()).tooltip, { timeout: 20_000 })

test('a locked keychain needs the person, and goes on when they have unlocked it and say so', async () => {
  await withKeyring(async (env) => {
    await lockKeyring(env)
    await withApp(env, async (icon) => {
      await tooltip(icon).toBe('TokenTray: The keychain is locked')
      const [first, , advice] = await icon.menuLabels()
      expect(first).toBe('The keychain is locked')
      expect(advice).toContain('Unlock it')
      await unlockKeyring(undefined, env)
      await icon.click('Try again')
      await tooltip(icon).toBe('TokenTray: Signed out')
      expect(await icon.menuLabels()).not.toContain('Try again')
    })
  })
})

test('without a keychain the app runs, says so, and refuses a sign-in with the reason', async () => {
  await withoutSecretService(async (env) => {
    await withApp(env, async (icon, app) => {
      await tooltip(icon).toBe('TokenTray: There is no keychain')
      const opened = app.electron.waitForEvent('window')
      await icon.click('Sign in to Practice…')
      const page = await opened
      await expect(page.getByRole('listitem', { name: 'Practice' }).getByRole('alert')).toBeVisible()
      await expect(page.getByText('TOKENTRAY_VAULT=memory').first()).toBeVisible()
    })
  })
})
