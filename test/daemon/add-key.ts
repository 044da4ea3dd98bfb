import { expect } from 'vitest'
import type { ProviderDouble } from '../providers/double/index.ts'
import { keyLike } from '../providers/signing-in.ts'
import type { RunningDaemon } from './running-daemon.ts'

/** Has the double know a fresh API key that begins so, and adds it as a person pipes one in; answers the key. */
export async function addKey(
  { daemon, double }: { readonly daemon: RunningDaemon; readonly double: ProviderDouble },
  provider: string,
  prefix: string,
): Promise<string> {
  const key = keyLike(prefix).expose()
  double.apiKeys.add(key)
  const command = daemon.startCli(['add', provider, '--stdin'])
  command.type(key)
  command.hangUp()
  const ended = await command.ended
  expect(ended.code, ended.stderr).toBe(0)
  return key
}
