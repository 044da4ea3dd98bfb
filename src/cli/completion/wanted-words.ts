import type { CommandTree, TreeOption, TreeValue } from '../command-tree.ts'

/** A word that may be typed, and what a person is told about it. */
export interface Word {
  readonly word: string
  readonly about?: string
}

/** What only a broker that runs can name. */
export type KnownKind = 'selector' | 'provider' | 'account' | 'client' | 'vault' | 'share'

/** What can stand at the cursor. */
export interface Wanted {
  /** What is typed of the same word already and stays, such as `--format=` or the first of several accounts. */
  readonly typed: string
  readonly words: readonly Word[]
  readonly known?: KnownKind
  /** The provider that was named before, and the vault. */
  readonly provider?: string
  readonly vault?: string
  /** What the shell knows better: the command of `exec` with its arguments, a host, or a file. */
  readonly place?: 'commands' | 'hosts' | 'files'
}

/** By the name of a value, with that of its command where the name alone does not tell. */
const ofValue: Readonly<Record<string, KnownKind>> = {
  selector: 'selector',
  selectors: 'selector',
  provider: 'provider',
  accounts: 'account',
  client: 'client',
  'remove name': 'vault',
  'end id': 'share',
}

const ofOption: Readonly<Record<string, KnownKind>> = { '--account': 'account', '--client': 'client', '--vault': 'vault' }

/** What the words before the cursor have said so far. */
interface Reading {
  readonly command: CommandTree
  readonly options: readonly TreeOption[]
  /** The option whose value stands at the cursor. */
  readonly open?: TreeOption
  readonly given: readonly string[]
  readonly used: ReadonlySet<string>
  readonly vault?: string
  /** Whether `--` was said. */
  readonly ended: boolean
}

/** What can be typed as `current`, after the words `before` it. */
export function wantedWords(tree: CommandTree, before: readonly string[], current: string): Wanted {
  const reading = read(tree, before)
  const { command, open, ended, vault } = reading
  const context = { ...(vault === undefined ? {} : { vault }), ...providerOf(reading) }
  const nothing: Wanted = { typed: '', words: [] }
  if (command.name === 'exec' && ended) return { ...nothing, place: 'commands' }
  if (open?.value !== undefined && (open.value.required || !current.startsWith('-'))) {
    return { ...context, ...valueWords(open.value, open, current, command) }
  }
  const assigned = ended ? null : /^(--[^=]+)=(.*)$/s.exec(current)
  if (assigned !== null) {
    const option = reading.options.find(({ names }) => names.includes(assigned[1] ?? ''))
    if (option?.value === undefined) return nothing
    const value = valueWords(option.value, option, assigned[2] ?? '', command)
    return { ...context, ...value, typed: `${assigned[1]}=${value.typed}` }
  }
  if (!ended && current.startsWith('-')) return { ...nothing, words: optionWords(reading) }
  if (command.name === 'ssh') return reading.given.length === 0 ? { ...nothing, place: 'hosts' } : nothing
  const commands = reading.given.length > 0 ? [] : command.commands.map(({ name, about }) => ({ word: name, about }))
  const value = command.values[reading.given.length] ?? command.values.at(-1)
  const isPlace = value !== undefined && (value.variadic || reading.given.length < command.values.length)
  const wanted = isPlace ? valueWords(value, undefined, current, command) : nothing
  return { ...context, ...wanted, words: [...commands, ...wanted.words.filter(({ word }) => !reading.given.includes(word))] }
}

function read(tree: CommandTree, before: readonly string[]): Reading {
  let command = tree
  let options = tree.options
  let open: TreeOption | undefined
  let vault: string | undefined
  let ended = false
  const given: string[] = []
  const used = new Set<string>()
  const take = (option: TreeOption, value: string) => {
    if (option.names.includes('--vault')) vault = value
  }
  for (const word of before) {
    if (open !== undefined && (open.value?.required || !word.startsWith('-'))) {
      take(open, word)
      open = undefined
    } else if (ended) given.push(word)
    else if (word === '--') ended = true
    else if (word.startsWith('-') && word.length > 1) {
      const [, name = word, value] = /^(--[^=]+)=(.*)$/s.exec(word) ?? []
      const option = options.find(({ names }) => names.includes(name))
      for (const each of option?.names ?? []) used.add(each)
      open = option?.value !== undefined && value === undefined ? option : undefined
      if (option !== undefined && value !== undefined) take(option, value)
    } else {
      const next = given.length > 0 ? undefined : command.commands.find(({ name }) => name === word)
      if (next === undefined) given.push(word)
      else {
        command = next
        // Those of the whole program may stand anywhere; the others belong to one command.
        options = [...next.options, ...tree.options.filter(({ names }) => names.includes('--vault'))]
      }
    }
  }
  return { command, options, given, used, ended, ...(open && { open }), ...(vault === undefined ? {} : { vault }) }
}

/** The provider that a value before has named, alone or in a selector. */
function providerOf({ command, given }: Reading): { readonly provider?: string } {
  const place = command.values.findIndex(({ name }) => name === 'provider' || name === 'selector')
  const named = given[place]?.split(':')[0]
  return named ? { provider: named } : {}
}

/** Of the values of options, those that are names of files on this computer. */
const fileNames = new Set(['file', 'path'])

function valueWords(value: TreeValue, option: TreeOption | undefined, current: string, { name: command }: CommandTree): Wanted {
  if (option !== undefined && fileNames.has(value.name)) return { typed: '', words: [], place: 'files' }
  const kind = option === undefined ? (ofValue[`${command} ${value.name}`] ?? ofValue[value.name]) : kindOfOption(option)
  return {
    typed: typedBefore(value.name, option !== undefined, current),
    words: (value.choices ?? []).map((word) => ({ word })),
    ...(kind === undefined ? {} : { known: kind }),
  }
}

function kindOfOption({ names, value }: TreeOption): KnownKind | undefined {
  if (value?.name.includes('selector')) return 'selector'
  return names.map((name) => ofOption[name]).find((kind) => kind !== undefined)
}

/** `MY_TOKEN=` of `--set`, and of several selectors in one word those before the last comma. */
function typedBefore(name: string, isOption: boolean, current: string): string {
  if (name.startsWith('NAME=')) return current.slice(0, current.indexOf('=') + 1)
  return isOption && name === 'selectors' ? current.slice(0, current.lastIndexOf(',') + 1) : ''
}

/** Some options may come several times; that they were used is no reason to hide those. */
const repeated = new Set(['--account', '--set'])

const optionWords = ({ options, used }: Reading): Word[] =>
  options
    .filter(({ names }) => names.every((name) => !used.has(name) || repeated.has(name)))
    .flatMap(({ names, about }) => names.map((word) => ({ word, about })))
