/** A program with its arguments, the program first. */
export type Command = readonly [string, ...string[]]

/** Says that a file is ours. Desktop programs keep members that they do not know, also when they switch the entry off. */
const mark = 'X-TokenTray-Autostart'

/** The text of an entry that starts `command` with the session, by the Desktop Entry and the Autostart Specification. */
export function autostartEntry(command: Command): string {
  return `${[
    '[Desktop Entry]',
    'Type=Application',
    'Version=1.0',
    'Name=TokenTray',
    `Exec=${exec(command)}`,
    'Terminal=false',
    'StartupNotify=false',
    'X-GNOME-Autostart-enabled=true',
    `${mark}=true`,
  ].join('\n')}\n`
}

/** `foreign` is a file that somebody else wrote, whatever it does. */
export type EntryState = 'on' | 'off' | 'foreign'

export function entryState(text: string): EntryState {
  const members = desktopEntry(text)
  if (members.get(mark) !== 'true') return 'foreign'
  return members.get('Hidden') === 'true' || members.get('X-GNOME-Autostart-enabled') === 'false' ? 'off' : 'on'
}

/** The program that an entry of ours starts. */
export function entryProgram(text: string): string | undefined {
  const exec = desktopEntry(text)
    .get('Exec')
    ?.replaceAll(/\\(.)/g, (whole, letter: string) => escapes.get(letter) ?? whole)
  const [, quoted, bare] = /^(?:"((?:[^"\\]|\\[\s\S])*)"|([^\s"]+))/.exec(exec ?? '') ?? []
  return (quoted?.replaceAll(/\\(["`$\\])/g, '$1') ?? bare)?.replaceAll('%%', '%')
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['\\', '\\'],
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
])

/** The members of the group `[Desktop Entry]`; other groups are actions and the like. */
function desktopEntry(text: string): ReadonlyMap<string, string> {
  const members = new Map<string, string>()
  let group = ''
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('[')) group = line.trimEnd()
    const [, name, value] = /^([A-Za-z0-9-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? []
    if (group === '[Desktop Entry]' && name !== undefined && value !== undefined) members.set(name, value)
  }
  return members
}

/**
 * Two layers, from the inside: the quoting of an argument of `Exec`, with `%` doubled because it begins a field code, and then the
 * escaping of every string value, which takes each backslash for its own.
 */
function exec(command: Command): string {
  return command.map(argument).join(' ')
}

function argument(text: string): string {
  const quoted = /^[\w@+:,./-]+$/.test(text) ? text : `"${text.replaceAll(/["`$\\]/g, '\\$&')}"`
  return quoted
    .replaceAll('%', '%%')
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replaceAll('\r', '\\r')
}
