// The test's end of moving-clock.mjs.
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunningDaemon } from './running-daemon.ts'

const file = (daemon: RunningDaemon) => join(daemon.home, 'test-clock')

/** Starts the daemon with a wall clock that the test moves. */
export async function startWithMovingClock(daemon: RunningDaemon): Promise<MovingClock> {
  const preload = new URL('./moving-clock.mjs', import.meta.url).href
  await daemon.start({ NODE_OPTIONS: `--import ${preload}`, TOKENTRAY_TEST_CLOCK: file(daemon) })
  return new MovingClock(daemon)
}

export class MovingClock {
  readonly #daemon: RunningDaemon
  #ahead = 0

  constructor(daemon: RunningDaemon) {
    this.#daemon = daemon
  }

  /** The time of the daemon in seconds. */
  now(): number {
    return (Date.now() + this.#ahead) / 1000
  }

  /** Resolves when the daemon will read the new time. */
  async advance(seconds: number): Promise<void> {
    this.#ahead += seconds * 1000
    const path = file(this.#daemon)
    // Renamed, so that the daemon never reads half a number.
    await writeFile(`${path}.new`, String(this.#ahead))
    await rename(`${path}.new`, path)
    // The daemon looks at the file every two milliseconds at most.
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
