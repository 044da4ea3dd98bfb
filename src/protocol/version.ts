import { readFileSync } from 'node:fs'

/** The version of TokenTray, from the package.json two folders up, both in the sources and in the built program. */
export function readVersion(): string {
  const file = new URL('../../package.json', import.meta.url)
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string }
  return version
}
