import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { configDefaults, defineConfig } from 'vitest/config'

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    // The real programs of other people are a suite of their own.
    exclude: [...configDefaults.exclude, 'test/clients/**'],
    // One for each core: many files wait for a process or a clock most of the time, and vitest would keep one core free.
    maxWorkers: Math.max(2, availableParallelism()),
    // Real processes, real keyrings: a loaded machine with two cores needs more than the default of five seconds.
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // A test that is left focused by accident would hide all others.
    allowOnly: !process.env.CI,
  },
})
