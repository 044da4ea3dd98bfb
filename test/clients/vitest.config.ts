import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: ['test/clients/**/*.test.ts'],
    globalSetup: 'test/clients/global-setup.ts',
    // Each of the programs starts several threads of its own, and one test starts twelve programs.
    maxWorkers: 2,
    maxConcurrency: 3,
    testTimeout: 120_000,
    hookTimeout: 60_000,
    allowOnly: !process.env.CI,
  },
})
