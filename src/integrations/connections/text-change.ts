import { BrokerError } from '../../protocol/index.ts'
import { putBlock, takeOutBlock } from './block-change.ts'
import type { FileChange, Setting, TakenOut } from './file-change.ts'
import { previousSettings, putSettings, takeOutSettings } from './settings-change.ts'

/** What undoes a change once others have changed the text as well. */
export interface Undo {
  /** What stood in the places of the settings, one for each. */
  readonly previous: readonly Setting[]
  /** A unified diff that leads back, see `undoOf`. */
  readonly undo: string
}

/** The text with a change in it. Throws `invalid_request` for one that is left as it is; `undefined` is a file that is not there. */
export function put(text: string | undefined, change: FileChange): string {
  return unreadable(change.file, () => {
    switch (change.kind) {
      case 'settings':
        return putSettings(text ?? '', change)
      case 'block':
        return putBlock(text ?? '', change)
      case 'whole':
        if (text === undefined || text === change.text) return change.text
        throw new BrokerError('invalid_request', 'There is one already, which is not ours.', {
          fix: 'Move it away, and try again.',
        })
    }
  })
}

/** What stands in the places that a change is for. */
export const previous = (text: string | undefined, change: FileChange): readonly Setting[] =>
  change.kind === 'settings' ? unreadable(change.file, () => previousSettings(text ?? '', change)) : []

/** The text without a change, where it is not as the change left it. Throws `invalid_request` for one that is left as it is. */
export function takeOut(text: string, change: FileChange, undo: Undo): TakenOut {
  return unreadable(change.file, () => {
    switch (change.kind) {
      case 'settings':
        return takeOutSettings(text, change, undo)
      case 'block':
        return takeOutBlock(text, change)
      case 'whole':
        throw new BrokerError('invalid_request', 'It was changed since it was written.', {
          fix: 'Remove it yourself, and run the same command again.',
        })
    }
  })
}

/** Every reason names the file, as several may be concerned. */
function unreadable<Result>(file: string, work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    if (error instanceof BrokerError) throw leftAlone(file, error.message, error.fix)
    if (error instanceof SyntaxError) {
      throw leftAlone(file, `Its program could not read it either: ${error.message}.`, 'Put that right, and try again.')
    }
    throw error
  }
}

export const leftAlone = (file: string, why: string, fix = 'Put it right, and try again.'): BrokerError =>
  new BrokerError('invalid_request', `${file} is left as it is. ${why}`, { fix })
