import { BrokerError } from '../../protocol/index.ts'
import type { Setting, SettingsChange, SettingValue, TakenOut } from './file-change.ts'
import { readJson, readJsonc, writeJson } from './json-settings.ts'
import { removedWith, type SettingsTree, saysTheSame, valueAt, withValueAt } from './settings-tree.ts'
import { reverted } from './text-difference.ts'
import { readToml, writeToml } from './toml-settings.ts'

/** How a format of settings is read and edited. Both throw a SyntaxError for what is not the format. */
interface SettingsFormat {
  readonly read: (text: string) => SettingsTree
  readonly write: (text: string, settings: readonly Setting[]) => string
}

const formats: Readonly<Record<SettingsChange['format'], SettingsFormat>> = {
  json: { read: readJson, write: writeJson },
  jsonc: { read: readJsonc, write: writeJson },
  toml: { read: readToml, write: writeToml },
}

/**
 * The text with the settings of a tool in it. What is written is read again: throws `invalid_request` when it would say anything else than
 * before and the settings, and a SyntaxError for a text that its program could not read either.
 */
export function putSettings(text: string, { format: name, settings }: SettingsChange): string {
  const format = formats[name]
  const wanted = settings.reduce<SettingsTree>(withValueAt, format.read(text))
  const written = format.write(text, settings)
  if (reads(format, written, wanted)) return written
  throw new BrokerError('invalid_request', 'It is written in a way that could not be edited without changing more.', {
    fix: 'Connect the tool by hand; `tokentray connect --dry-run` shows what it needs.',
  })
}

/** What stood in the places of the settings, so that they can get it back. */
export function previousSettings(text: string, { format, settings }: SettingsChange): Setting[] {
  const tree = formats[format].read(text)
  return settings.map(({ path }) => {
    const value = valueAt(tree, path)
    return value === undefined ? { path } : { path, value: value as SettingValue }
  })
}

/**
 * The text without the settings, where somebody has changed it since: what still is ours goes, what was there before comes back, and
 * what was changed stays. `undo` is the difference that undid the change when it was made. Throws `invalid_request` when it cannot be done
 * without changing more, and a SyntaxError for what is not the format.
 */
export function takeOutSettings(
  text: string,
  change: SettingsChange,
  { previous, undo }: { readonly previous: readonly Setting[]; readonly undo: string },
): TakenOut {
  const format = formats[change.format]
  const tree = format.read(text)
  const isOurs = ({ path, value }: Setting) => saysTheSame(valueAt(tree, path), value)
  const back = change.settings.flatMap((setting, place) => (isOurs(setting) ? [previous[place] ?? { path: setting.path }] : []))
  const left = change.settings.filter((setting) => !isOurs(setting)).map(({ path }) => path.join('.'))
  const [pruned, settings] = withoutEmptied(tree, back)
  const asItWas = reverted(text, undo)
  // The difference knows of tables that were empty before as well.
  const isGood = asItWas !== undefined && [back.reduce(withValueAt, tree), pruned].some((each) => reads(format, asItWas, each))
  const written = isGood ? asItWas : format.write(text, settings)
  if (!isGood && !reads(format, written, pruned)) {
    throw new BrokerError('invalid_request', 'What connects the tool could not be taken out without changing more.', {
      fix: `Take these out yourself: ${change.settings.map(({ path }) => path.join('.')).join(', ')}.`,
    })
  }
  return { text: /^[\s{}]*$/.test(written) ? undefined : written, left }
}

/** The tree with these settings, and them in a form that leaves no empty table behind. */
function withoutEmptied(tree: SettingsTree, settings: readonly Setting[]): readonly [SettingsTree, readonly Setting[]] {
  return settings.reduce<readonly [SettingsTree, readonly Setting[]]>(
    ([present, done], setting) => {
      const next = setting.value === undefined ? { path: [...removedWith(present, setting.path)] } : setting
      return [withValueAt(present, next), [...done, next]]
    },
    [tree, []],
  )
}

function reads(format: SettingsFormat, text: string, wanted: SettingsTree): boolean {
  try {
    return saysTheSame(format.read(text), wanted)
  } catch {
    return false
  }
}
