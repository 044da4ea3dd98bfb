import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from '@playwright/test'
import { chromiumExecutable } from './support/chromium.mjs'
import { sandboxSwitches } from './support/electron-runtime.mjs'

const here = path.dirname(fileURLToPath(import.meta.url))
const executablePath = chromiumExecutable()

export default defineConfig({
  testDir: here,
  outputDir: path.join(here, '../test-results'),
  // One after the other: a session bus has room for one tray only, and several tests need port 1455.
  workers: 1,
  fullyParallel: false,
  forbidOnly: !!process.env.CI,
  // A machine that does several things at once may draw a frame late. What passes at the second try is told in the last lines.
  retries: process.env.CI ? 1 : 0,
  // A picture that is missing would be made by the first try and be right in the second.
  updateSnapshots: process.env.CI ? 'none' : 'missing',
  timeout: 60_000,
  expect: {
    timeout: 10_000,
    // Another version of the browser or of a font draws the same letters with a few other pixels at their edges.
    toHaveScreenshot: { maxDiffPixelRatio: 0.02, animations: 'disabled', caret: 'hide' },
  },
  snapshotPathTemplate: '{testDir}/renderer/__screenshots__/{arg}{ext}',
  use: {
    screenshot: 'only-on-failure',
    // The pictures of the window have times of the day in them.
    timezoneId: 'UTC',
    launchOptions: { ...(executablePath ? { executablePath } : {}), args: sandboxSwitches() },
  },
  projects: [
    { name: 'renderer', testMatch: 'renderer/**/*.spec.{ts,tsx}' },
    { name: 'electron', testMatch: '**/*.spec.ts', testIgnore: ['renderer/**', 'packaging/**'] },
    { name: 'packaging', testMatch: 'packaging/**/*.spec.ts' },
  ],
})
