import type { CommandTree, TreeOption, TreeValue } from '../command-tree.ts'
import { files, variables } from './environment.ts'
import { exitCodes } from './exit-codes.ts'
import { bold, example, filled, italic, roff, section, tagged } from './roff.ts'

const description = [
  'TokenTray owns the logins of your AI subscriptions. It signs in, keeps what comes of it behind the keychain, refreshes each login exactly once when it is due, and hands fresh access tokens to any tool over a local socket. Refresh tokens never leave it.',
  'The broker runs in the tray app or, without a window, as `tokentray daemon`. The other commands ask the one that runs. What a command finds out is on standard output, everything else on standard error.',
  'A selector is a provider, such as `openai-codex`, or a provider and a label, such as `openai-codex:work`. A length of time is a number with s, m, h or d, such as 30m.',
]

const seeAlso = 'ssh(1), git-credential(1), systemd-creds(1)'

/** The manual page `tokentray(1)`, for man(7). Everything that can be said on a command line is in it. */
export function manualPage(tree: CommandTree, version: string): string {
  // The exit codes have a section of their own.
  const [examples = ''] = tree.notes.split('\n\nExit codes')
  return [
    `.TH TOKENTRAY 1 "" "TokenTray ${version}" "User Commands"\n`,
    // A command that is divided at the end of a line is none any more.
    '.nr HY 0\n.nh\n.ad l\n',
    section('NAME'),
    `${tree.name} \\- ${roff(tree.about.replace(/\.$/, '').replace(/^O/, 'o'))}\n`,
    section('SYNOPSIS'),
    `${bold(tree.name)} [${bold('--vault')} ${italic('name')}] ${italic('command')} [${italic('options')}] [${italic('arguments')}]\n`,
    section('DESCRIPTION'),
    description.map((each) => `.PP\n${filled(each)}\n`).join(''),
    section('OPTIONS'),
    ...tree.options.map(optionText),
    section('COMMANDS'),
    ...tree.commands.map((command) => commandText(command, tree.name)),
    section('EXIT STATUS'),
    ...exitCodes.map(({ code, meaning, errors }) =>
      tagged(bold(String(code)), `${meaning}${errors.length === 0 ? '' : ` (${errors.join(', ')})`}`),
    ),
    section('ENVIRONMENT'),
    ...variables.map(([name, about]) => tagged(bold(name), about)),
    section('FILES'),
    ...files.map(([name, about]) => tagged(italic(name), about)),
    section('EXAMPLES'),
    example(examples.replace(/^Examples:\n/, '')),
    section('SEE ALSO'),
    `${roff(seeAlso)}\n`,
  ].join('')
}

/** A command, and below it those that begin with it. */
function commandText({ name, usage, about, values, options, notes, commands }: CommandTree, before: string): string {
  const path = `${before} ${name}`
  return [
    // The name of the program is that of the page.
    `.SS "${roff(path.slice(path.indexOf(' ') + 1))}"\n`,
    `${bold(path)} ${italic(usage)}\n`,
    `.PP\n${filled(sentence(about))}\n`,
    ...values.filter(({ choices }) => choices !== undefined).map(choicesText),
    // That every command has help is said once, above.
    ...options.filter(({ names }) => !names.includes('--help')).map(optionText),
    notes === '' ? '' : example(notes),
    ...commands.map((command) => commandText(command, path)),
  ].join('')
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, '')}.`

const choicesText = ({ name, choices = [] }: TreeValue): string => tagged(italic(name), `One of ${choices.join(', ')}.`)

function optionText({ names, value, about, usual }: TreeOption): string {
  const given = value === undefined ? '' : ` ${valueText(value)}`
  const choices =
    value?.choices === undefined || value.choices.every((each) => about.includes(each))
      ? ''
      : ` One of ${value.choices.join(', ')}.`
  return tagged(
    `${names.map(bold).join(', ')}${given}`,
    `${sentence(about)}${choices}${usual === undefined ? '' : ` Default: ${usual}.`}`,
  )
}

function valueText({ name, required, variadic }: TreeValue): string {
  const text = `${italic(name)}${variadic ? '...' : ''}`
  return required ? text : `[${text}]`
}
