/** A command line up to the cursor, in the words that the shell will make of it. */
export interface ShellLine {
  /** Without the name of the program, and without the word at the cursor. */
  readonly before: readonly string[]
  readonly current: string
  /** How much of the word at the cursor bash leaves as it is: what is inserted stands behind it. */
  readonly kept: string
}

/**
 * Reads a line as bash does (POSIX.1 2.2), and finds where readline begins to replace: behind the quote that is open, else behind the
 * last of its `breaks` that is not quoted. Variables are left as they stand, because nothing of a line that is not finished is run.
 */
export function readBashLine(line: string, breaks: string): ShellLine {
  const words: string[] = []
  let word: string | undefined
  let kept = ''
  let quote: string | undefined
  for (let at = 0; at < line.length; at += 1) {
    const sign = line.charAt(at)
    if (quote === undefined && /\s/.test(sign)) {
      if (word !== undefined) words.push(word)
      word = undefined
      kept = ''
      continue
    }
    word ??= ''
    if (sign === '\\' && (quote === undefined || (quote === '"' && /["\\$`]/.test(line.charAt(at + 1))))) {
      at += 1
      word += line.charAt(at)
    } else if (sign === quote) quote = undefined
    else if (quote === undefined && (sign === "'" || sign === '"')) {
      quote = sign
      kept = word
    } else {
      word += sign
      if (quote === undefined && breaks.includes(sign)) kept = word
    }
  }
  const [, ...before] = words
  return { before, current: word ?? '', kept }
}

/** The word at the cursor of a shell that finds the words itself, but gives this one as it was typed, with a quote that may be open. */
export const unquoted = (typed: string): string => readBashLine(`_ ${typed}`, '').current
