// Preloaded into a daemon (NODE_OPTIONS=--import) whose wall clock a test moves, so that a token grows old without anybody waiting.
// The file named by TOKENTRAY_TEST_CLOCK holds how many milliseconds the clock is ahead; it is replaced by a rename.
import { readFileSync } from 'node:fs'

const file = process.env.TOKENTRAY_TEST_CLOCK
const realNow = Date.now
let ahead = 0
let readAt = Number.NEGATIVE_INFINITY

Date.now = () => {
  const now = performance.now()
  if (now - readAt > 2) {
    readAt = now
    ahead = offset()
  }
  return realNow() + ahead
}

function offset() {
  try {
    return Number(readFileSync(file, 'utf8'))
  } catch {
    return 0
  }
}
