// Adds up what vitest and Playwright report in JSON, so that one line can close the run.
import fs from 'node:fs'

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/** @param {readonly Counts[]} all @returns {Counts} */
export function sum(all) {
  const add = (name) => all.reduce((total, counts) => total + counts[name], 0)
  return { passed: add('passed'), failed: add('failed'), skipped: add('skipped') }
}

/** Counts of a vitest report. A file that could not even be loaded has no tests in it and counts as one that failed. */
export function readVitestReport(file) {
  const report = readJson(file)
  if (!report) return undefined
  const unloadable = report.testResults.filter((suite) => suite.status === 'failed' && suite.assertionResults.length === 0)
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloadable.length,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}

/**
 * Counts of a Playwright report, and how many of the passed ones needed a second try. Errors outside of tests, such as a file that does
 * not load, count as failures.
 *
 * @returns {Counts & { flaky: number } | undefined}
 */
export function readPlaywrightReport(file) {
  const report = readJson(file)
  if (!report) return undefined
  const { expected, flaky, unexpected, skipped } = report.stats
  return { passed: expected + flaky, failed: unexpected + report.errors.length, skipped, flaky }
}

/** How many tests a `playwright test --list` report names. */
export function countListed(file) {
  const report = readJson(file)
  const inSuites = (suites) =>
    (suites ?? []).reduce((n, suite) => n + suite.specs.reduce((k, spec) => k + spec.tests.length, 0) + inSuites(suite.suites), 0)
  return inSuites(report?.suites)
}

function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}
