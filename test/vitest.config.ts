import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    // Real processes, real keyrings: a loaded machine with two cores needs more than the default of five seconds.
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // A test that is left focused by accident would hide all others.
    allowOnly: !process.env.CI,
  },
})
