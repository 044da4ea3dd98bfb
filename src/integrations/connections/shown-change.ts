import type { ShownFile, ShownLine } from '../../protocol/index.ts'
import { shortened } from '../detect-tools.ts'
import type { Surroundings } from '../tool.ts'
import { blockOf } from './block-change.ts'
import type { FileChange, Setting, SettingsChange, SettingValue } from './file-change.ts'
import type { ChangedFile } from './preview.ts'
import { previousSettings } from './settings-change.ts'
import { type SettingsTree, saysTheSame, withValueAt } from './settings-tree.ts'
import { tomlLines } from './toml-settings.ts'

/**
 * P1: a foreign file may hold secrets in any line, and also in one that a change touches, as a whole file may be one line. So nothing is
 * told of its text: the lines are written anew from the places that the change is for. What is ours is told; what somebody else has put
 * there is told only where it cannot be a secret.
 */
export function shownChange({ path, before, after, changes }: ChangedFile, surroundings: Surroundings): ShownFile {
  const told = toldSettings(changes, before ?? '', after ?? '')
  return {
    path: shortened(path, surroundings),
    what: before === undefined ? 'made' : after === undefined ? 'removed' : 'changed',
    lines: [...told.lines, ...blockLines(changes, before ?? '', after ?? ''), ...wholeLines(changes, before, after)],
    hidden: told.hidden,
  }
}

/** Lines between our marks that are in one of the texts only. */
function blockLines(changes: readonly FileChange[], before: string, after: string): readonly ShownLine[] {
  const own = new Set(changes.flatMap((change) => (change.kind === 'block' ? blockOf(change) : [])))
  const [old, next] = [before, after].map((text) => new Set(text.split(/\r?\n/)))
  return [...own].flatMap((text): readonly ShownLine[] => {
    if (old?.has(text) === next?.has(text)) return []
    return [{ kind: next?.has(text) ? 'comes' : 'goes', text }]
  })
}

/** A file that is ours from its first to its last byte. One that somebody has changed is not. */
function wholeLines(changes: readonly FileChange[], before: string | undefined, after: string | undefined): readonly ShownLine[] {
  const own = changes.flatMap((change) => (change.kind === 'whole' ? [change.text] : []))
  const tell = (text: string | undefined, kind: ShownLine['kind']): readonly ShownLine[] =>
    text === undefined || !own.includes(text)
      ? []
      : text
          .trimEnd()
          .split('\n')
          .map((line) => ({ kind, text: line }))
  return [...tell(before, 'goes'), ...tell(after, 'comes')]
}

function toldSettings(changes: readonly FileChange[], before: string, after: string): Pick<ShownFile, 'lines' | 'hidden'> {
  const own = changes.filter((change) => change.kind === 'settings')
  const format = own[0]?.format
  if (format === undefined) return { lines: [], hidden: false }
  const ours = own.flatMap(({ settings }) => settings)
  const places = ours.filter(({ path }, place) => ours.findIndex((each) => saysTheSame(each.path, path)) === place)
  const valuesIn = (text: string) => previousSettings(text, { kind: 'settings', file: '', format, settings: places })
  const [old, next] = [valuesIn(before), valuesIn(after)]
  const differing = places.map((_, place) => !saysTheSame(old[place]?.value, next[place]?.value))
  const tell = (settings: readonly Setting[]) =>
    settings.filter((_, place) => differing[place]).map((setting) => toldSetting(setting, ours))
  const [goes, comes] = [tell(old), tell(next)]
  return {
    lines: [...written(goes, format, 'goes'), ...written(comes, format, 'comes')],
    hidden: [...goes, ...comes].some(({ hidden }) => hidden),
  }
}

interface Told extends Setting {
  readonly hidden: boolean
}

function toldSetting(setting: Setting, ours: readonly Setting[]): Told {
  const { path, value } = setting
  if (value === undefined) return { ...setting, hidden: false }
  const isOurs = ours.some((each) => saysTheSame(each.path, path) && saysTheSame(each.value, value))
  return isOurs || isHarmless(path, value) ? { ...setting, hidden: false } : { path, value: mask, hidden: true }
}

const mask = '•••'

/** No secret is a switch, a number, a word like the name of a provider, or an address without anything in it that could be one. */
function isHarmless(path: readonly string[], value: SettingValue): boolean {
  if (value === null || typeof value === 'boolean') return true
  if (path.some((name) => secretive.test(name))) return false
  if (typeof value === 'number') return true
  if (typeof value !== 'string') return false
  return word.test(value) || isPlainAddress(value)
}

/** What a place is called that a secret is in. */
const secretive = /key|token|secret|passw|auth|cred|cookie|header|bearer/i

/** Too short for a key, and without the digits of one. */
const word = /^[a-z]{1,16}(?:[-_.][a-z]{1,16}){0,3}$/i

function isPlainAddress(value: string): boolean {
  if (!URL.canParse(value)) return false
  const { protocol, username, password, search, hash, hostname, pathname } = new URL(value)
  if (!/^https?:$/.test(protocol) || `${username}${password}${search}${hash}` !== '') return false
  return hostname.split('.').every((part) => part.length <= 16) && /^(?:\/(?:v\d{1,2}|[a-z-]{1,16})?){0,5}$/i.test(pathname)
}

function written(settings: readonly Told[], format: SettingsChange['format'], kind: ShownLine['kind']): readonly ShownLine[] {
  const tree = settings.filter(({ value }) => value !== undefined).reduce<SettingsTree>(withValueAt, {})
  if (Object.keys(tree).length === 0) return []
  return (format === 'toml' ? tomlLines(tree) : jsonLines(tree)).map((text) => ({ kind, text }))
}

/** Without the braces around them. */
const jsonLines = (tree: SettingsTree): readonly string[] =>
  JSON.stringify(tree, undefined, 2)
    .split('\n')
    .slice(1, -1)
    .map((line) => line.slice(2))
