import { dirname } from 'node:path'
import type { Problem } from '../ipc/channels.ts'
import type { Words } from '../ipc/words/index.ts'
import { BrokerError } from '../protocol/index.ts'
import type { SettingsDamage } from './settings-file.ts'

/** What the person is told of a settings file that could not be used. */
export function damageProblem({ file, aside }: SettingsDamage, { settingsFile: words }: Words): Problem {
  return aside === undefined
    ? { code: 'internal_error', description: words.notSetAside(file), fix: words.notSetAsideFix }
    : { code: 'internal_error', description: words.setAside(aside), fix: words.setAsideFix }
}

/** What the person is told of settings that hold, but are not on the disk. */
export function notSaved(file: string, { settingsFile: words }: Words, cause: unknown): BrokerError {
  return new BrokerError('temporarily_unavailable', words.notSaved(file), { fix: words.notSavedFix(dirname(file)), cause })
}
