import { applyEdits, type FormattingOptions, modify, type ParseError, parse, printParseErrorCode } from 'jsonc-parser'
import type { Setting } from './file-change.ts'
import type { SettingsTree } from './settings-tree.ts'

/** JSON as the standard has it, which is all that some tools read. Throws a SyntaxError. */
export const readJson = (text: string): SettingsTree => read(text, false)

/** JSON with comments, and with a comma after the last of a list, as other tools allow it. Throws a SyntaxError. */
export const readJsonc = (text: string): SettingsTree => read(text, true)

function read(text: string, lenient: boolean): SettingsTree {
  const body = withoutMark(text)
  if (body.trim() === '') return {}
  const errors: ParseError[] = []
  const value: unknown = parse(body, errors, { allowTrailingComma: lenient, disallowComments: !lenient })
  const [first] = errors
  if (first !== undefined) throw new SyntaxError(`${printParseErrorCode(first.error)} ${placeOf(body, first.offset)}`)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new SyntaxError('it is no object')
  return value as SettingsTree
}

/** The text with these settings; everything else in it stays as it is written. */
export function writeJson(text: string, settings: readonly Setting[]): string {
  const mark = text.startsWith(byteOrderMark) ? byteOrderMark : ''
  const body = withoutMark(text)
  const start = body.trim() === '' ? '{}\n' : body
  return mark + settings.reduce(edited, start)
}

/** In front of the others, so that no line of the person has to be given a comma. */
const edited = (text: string, { path, value }: Setting): string =>
  applyEdits(text, modify(text, [...path], value, { formattingOptions: formattingOf(text), getInsertionIndex: () => 0 }))

/** As the person indents. */
function formattingOf(text: string): FormattingOptions {
  const indent = /^([ \t]+)\S/m.exec(text)?.[1] ?? '  '
  const eol = text.includes('\r\n') ? '\r\n' : '\n'
  return { insertSpaces: !indent.startsWith('\t'), tabSize: indent.startsWith('\t') ? 1 : indent.length, eol }
}

const byteOrderMark = '\uFEFF'

const withoutMark = (text: string): string => (text.startsWith(byteOrderMark) ? text.slice(1) : text)

function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n')
  return `in line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`
}
