import type { EventEmitter } from 'node:events'
import type { Argument, Command, Help, Option } from 'commander'
import { stores } from '../integrations/stores/stores.ts'
import { tools } from '../integrations/tools.ts'
import { chainLink } from '../protocol/provider.ts'
import { tokenFormats } from './dialects.ts'

/** A value that a person may type, as it is described: `<provider>` or `[links...]`. */
export interface TreeValue {
  readonly name: string
  readonly required: boolean
  readonly variadic: boolean
  readonly choices?: readonly string[]
}

export interface TreeOption {
  /** As they are typed, such as `-V` and `--version`. */
  readonly names: readonly string[]
  readonly value?: TreeValue
  readonly about: string
  /** What it is without the option. */
  readonly usual?: string
}

/** A command as a manual and a completion have to know it. No member of it can be called. */
export interface CommandTree {
  readonly name: string
  readonly about: string
  /** What stands behind the name in a line of its usage. */
  readonly usage: string
  readonly options: readonly TreeOption[]
  readonly values: readonly TreeValue[]
  readonly commands: readonly CommandTree[]
  /** The text below the help of the command, such as examples. */
  readonly notes: string
}

/** The tree below a command, without what is hidden. */
export function commandTree(command: Command): CommandTree {
  const help = command.createHelp()
  const commands = help.visibleCommands(command).filter((each) => each.name() !== 'help')
  const own = command.name() === 'token' ? readHelp(command.helpInformation()) : described(command, help)
  return {
    name: command.name(),
    about: help.subcommandDescription(command),
    usage: command.usage(),
    values: command.registeredArguments.map(treeValue),
    commands: commands.map(commandTree),
    ...own,
  }
}

const described = (command: Command, help: Help) => ({
  options: help.visibleOptions(command).map(treeOption),
  notes: notesOf(command),
})

function treeOption(option: Option): TreeOption {
  const names = [option.short, option.long].filter((name) => name !== undefined)
  const about = option.description
  if (!option.required && !option.optional) return { names, about }
  const name = /[<[]([^\]>.]+)/.exec(option.flags)?.[1] ?? 'value'
  const value = valueNamed(name, option.required, option.variadic, option.argChoices)
  const { defaultValue: usual } = option
  return { names, about, value, ...(typeof usual === 'string' ? { usual } : {}) }
}

const treeValue = (argument: Argument): TreeValue =>
  valueNamed(argument.name(), argument.required, argument.variadic, argument.argChoices)

/** What a value of this name can be that no choices are told of, because the command itself says more than "not one of them". */
const usualChoices: Readonly<Record<string, readonly string[]>> = {
  links: chainLink.options,
  operation: ['get', 'store', 'erase'],
  program: stores.map(({ id }) => id),
  tool: tools.map(({ id }) => id),
}

function valueNamed(name: string, required: boolean, variadic: boolean, given: readonly string[] | undefined): TreeValue {
  const choices = given ?? usualChoices[name]
  return { name, required, variadic, ...(choices === undefined ? {} : { choices }) }
}

/** What `addHelpText('after', …)` was given. It is kept as a listener of the command, which is an emitter, as its types do not say. */
function notesOf(command: Command): string {
  let notes = ''
  const write = (text: string) => {
    notes += text
  }
  ;(command as unknown as EventEmitter).emit('afterHelp', { error: false, command, write })
  return notes.trim()
}

/** `token` has no options that commander knows, because it is run without commander. Its help has them in the same form. */
function readHelp(text: string): Pick<CommandTree, 'options' | 'notes'> {
  const [, listed = '', notes = ''] = /\nOptions:\n((?: .*\n)+)([\s\S]*)/.exec(text) ?? []
  const options = [...listed.matchAll(/^ {2}(\S.*?) {2,}(.*)$/gm)].map(([, flags = '', about = '']): TreeOption => {
    const names = flags.match(/(?<![\w-])--?[a-z][\w-]*/gi) ?? []
    const [, bracket, name] = /([<[])([^\]>]+)/.exec(flags) ?? []
    if (name === undefined) return { names, about }
    return { names, about, value: valueNamed(name, bracket === '<', false, name === 'format' ? tokenFormats : undefined) }
  })
  return { options, notes: notes.trim() }
}
