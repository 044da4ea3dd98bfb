// Finds a Chromium to draw the renderer and to walk the consent page with.
import fs from 'node:fs'
import { chromium } from '@playwright/test'

const SYSTEM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable']

/**
 * The browser named by TOKENTRAY_TEST_CHROMIUM, else the one Playwright has downloaded, else the system's.
 *
 * @returns {string | undefined}
 */
export function chromiumExecutable() {
  return [process.env.TOKENTRAY_TEST_CHROMIUM, chromium.executablePath(), ...SYSTEM].find(isBrowser)
}

function isBrowser(file) {
  if (!file || !fs.existsSync(file)) return false
  // Ubuntu's chromium-browser is a script that asks for a snap, and snaps neither run in containers nor with another HOME.
  const head = Buffer.alloc(4096)
  const opened = fs.openSync(file)
  fs.readSync(opened, head)
  fs.closeSync(opened)
  const text = head.toString('latin1')
  return !(text.startsWith('#!') && text.includes('snap install'))
}
