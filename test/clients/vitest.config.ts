import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: ['test/clients/**/*.test.ts'],
    globalSetup: 'test/clients/global-setup.ts',
    // One file at a time: who asks for a foreign name is known by when it is asked.
    maxWorkers: 1,
    maxConcurrency: 3,
    testTimeout: 120_000,
    hookTimeout: 60_000,
    allowOnly: !process.env.CI,
  },
})
