import { parse, patch, stringify } from '@decimalturn/toml-patch'
import type { Setting } from './file-change.ts'
import { type SettingsTree, saysTheSame, valueAt, withValueAt } from './settings-tree.ts'

/** Throws a SyntaxError. */
export function readToml(text: string): SettingsTree {
  try {
    return parse(text, { integersAsBigInt: 'asNeeded' }) as SettingsTree
  } catch (error) {
    throw new SyntaxError((error as Error).message.split('\n')[0]?.slice(0, 200))
  }
}

/**
 * The text with these settings; everything else in it stays as it is written. A new value goes to the beginning and a new table to the
 * end, because there they touch no line and no comment of the person. What is already there, or written in another way, is left to the
 * library. Throws a SyntaxError for a text that is no TOML.
 */
export function writeToml(text: string, settings: readonly Setting[]): string {
  const eol = text.includes('\r\n') ? '\r\n' : '\n'
  return settings.reduce((written, setting) => edited(written, setting, eol), text)
}

function edited(text: string, setting: Setting, eol: string): string {
  const before = readToml(text)
  const after = withValueAt(before, setting)
  if (valueAt(before, setting.path) === undefined && setting.value !== undefined) {
    const added = isTable(setting.value) ? withTable(text, setting, eol) : withValue(text, setting, eol)
    if (added !== undefined && says(added, after)) return added
  }
  return patch(text, after, { inlineTableStart: 3, bracketSpacing: false })
}

function withValue(text: string, { path: [name = '', ...rest], value }: Setting, eol: string): string | undefined {
  if (rest.length > 0) return undefined
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : ''
  return `${mark}${lines({ [name]: value }, eol)}${text.slice(mark.length)}`
}

function withTable(text: string, { path, value }: Setting, eol: string): string {
  const tree = path.toReversed().reduce<unknown>((inner, name) => ({ [name]: inner }), value)
  const gap = text === '' ? '' : text.endsWith('\n') ? eol : `${eol}${eol}`
  return `${text}${gap}${lines(tree, eol).replace(headless, '')}`
}

/** Settings as they are written where nothing else is. */
export const tomlLines = (tree: SettingsTree): readonly string[] =>
  lines(tree, '\n').replace(new RegExp(headless, 'gm'), '').trimEnd().split('\n')

/** The headers of tables that hold nothing but the next one. */
const headless = /^(?:\[[^\]\r\n]+\]\r?\n\s*(?=\[))+/

function lines(tree: unknown, eol: string): string {
  const text = stringify(tree, { inlineTableStart: 3, newLine: eol, bracketSpacing: false }).trim()
  return `${text}${eol}`
}

const isTable = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value)

function says(text: string, wanted: SettingsTree): boolean {
  try {
    return saysTheSame(readToml(text), wanted)
  } catch {
    return false
  }
}
