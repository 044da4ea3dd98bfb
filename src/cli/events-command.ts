import { followEvents } from '../client/index.ts'
import type { ChosenVault } from './chosen-vault.ts'
import { followAlways } from './follow.ts'
import type { Output } from './report-error.ts'

/**
 * Prints what happens, a line of JSON each: first the whole `snapshot`, then each `change`. A broker that ends is waited for, and begins
 * again with a `snapshot`. With `once`, the end of the broker is the end of the command.
 */
export async function events(
  { once }: { readonly once?: boolean },
  vault: ChosenVault,
  { stdout, stderr }: Output,
): Promise<void> {
  const socket = vault.socket()
  const print = (told: unknown) => stdout.write(`${JSON.stringify(told)}\n`)
  // The first time, a broker that is missing is told with what to do.
  for await (const told of followEvents(socket)) print(told)
  if (once) return
  stderr.write('The broker ended; it is waited for.\n')
  const again = followAlways(
    () => followEvents(socket),
    () => stderr.write('The broker ended; it is waited for.\n'),
  )
  for await (const told of again) print(told)
}
