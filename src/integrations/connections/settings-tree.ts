import { isDeepStrictEqual } from 'node:util'
import { BrokerError } from '../../protocol/index.ts'
import type { Setting } from './file-change.ts'

/** What a file of settings says, as its own parser reads it. */
export type SettingsTree = { readonly [name: string]: unknown }

/** The value at a path; undefined where there is none. */
export function valueAt(tree: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, name) => (isTree(value) && Object.hasOwn(value, name) ? value[name] : undefined), tree)
}

/** The tree with a value at a path, or without one. Tables on the way are made; throws `invalid_request` where something else stands. */
export function withValueAt(tree: SettingsTree, { path, value }: Setting): SettingsTree {
  const [name = '', ...rest] = path
  if (rest.length === 0) return value === undefined ? without(tree, name) : { ...tree, [name]: value }
  const present = Object.hasOwn(tree, name) ? tree[name] : undefined
  if (present !== undefined && !isTree(present)) throw inTheWay(name)
  if (present === undefined && value === undefined) return tree
  return { ...tree, [name]: withValueAt(present ?? {}, { path: rest, ...(value === undefined ? {} : { value }) }) }
}

/** The path whose removal takes away the tables as well that would be empty without the value. */
export function removedWith(tree: SettingsTree, path: readonly string[]): readonly string[] {
  const parent = path.slice(0, -1)
  const siblings = valueAt(tree, parent)
  return parent.length > 0 && isTree(siblings) && Object.keys(siblings).length === 1 ? removedWith(tree, parent) : path
}

/** Whether two trees say the same, whatever the order of their names. */
export const saysTheSame = (one: unknown, other: unknown): boolean => isDeepStrictEqual(plain(one), plain(other))

const isTree = (value: unknown): value is SettingsTree =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)

function without(tree: SettingsTree, name: string): SettingsTree {
  const { [name]: _, ...others } = tree
  return others
}

/** Parsers may make objects without a prototype, and dates of classes of their own. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (value instanceof Date) return value.toISOString()
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]))
}

const inTheWay = (name: string): BrokerError =>
  new BrokerError('invalid_request', `"${name.slice(0, 80)}" in it is no table, so that nothing can be put below.`, {
    fix: 'Put that right, and try again.',
  })
