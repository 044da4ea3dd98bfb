import { applyPatch, createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff'

/** A unified diff, with `context` lines around each change. */
export const difference = (before: string, after: string, { names = ['', ''], context = 3 }: Look = {}): string =>
  createTwoFilesPatch(names[0], names[1], before, after, undefined, undefined, { context, headerOptions: FILE_HEADERS_ONLY })

interface Look {
  /** What the text before and the one after are called. */
  readonly names?: readonly [string, string]
  readonly context?: number
}

/** What leads back from `after` to `before`: no line in it that the change does not touch, as each may hold a secret of the person. */
export const undoOf = (before: string, after: string): string => difference(after, before, { context: 0 })

/** The text without a change, wherever in it that is now; undefined where it is not there as it was made. */
export function reverted(text: string, undo: string): string | undefined {
  try {
    const result = applyPatch(text, undo, { autoConvertLineEndings: false })
    return result === false ? undefined : result
  } catch {
    return undefined
  }
}
