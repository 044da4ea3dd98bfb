import { BrokerError } from '../protocol/errors.ts'

export const shells = ['sh', 'fish', 'powershell'] as const
export type Shell = (typeof shells)[number]

interface ShellSyntax {
  readonly quote: (value: string) => string
  readonly set: (name: string, quoted: string) => string
  readonly unset: (name: string) => string
}

/** How each shell is told about a variable that the programs it starts shall see. */
const syntax: Readonly<Record<Shell, ShellSyntax>> = {
  sh: {
    // Nothing but the quote itself means anything between single quotes (POSIX.1 2.2.2).
    quote: (value) => `'${value.replaceAll("'", "'\\''")}'`,
    set: (name, quoted) => `export ${name}=${quoted}`,
    unset: (name) => `unset ${name}`,
  },
  fish: {
    quote: (value) => `'${value.replaceAll(/['\\]/g, '\\$&')}'`,
    set: (name, quoted) => `set -gx ${name} ${quoted}`,
    unset: (name) => `set -e ${name}`,
  },
  powershell: {
    // PowerShell takes the curly quotes of word processors for quotes as well.
    quote: (value) => `'${value.replaceAll(/['\u2018\u2019\u201a\u201b]/g, '$&$&')}'`,
    set: (name, quoted) => `$env:${name} = ${quoted}`,
    unset: (name) => `Remove-Item -ErrorAction Ignore Env:${name}`,
  },
}

/** A line that sets a variable. A value may hold whatever a variable can. */
export const setLine = (shell: Shell, name: string, value: string): string =>
  `${syntax[shell].set(name, syntax[shell].quote(value))}\n`

export const unsetLine = (shell: Shell, name: string): string => `${syntax[shell].unset(name)}\n`

/** Shells that read what `sh` reads. */
const likeSh = new Set(['sh', 'bash', 'zsh', 'dash', 'ksh', 'mksh', 'ash', 'busybox', 'yash'])

/** The shell of the person. Throws `invalid_request` for one that reads none of the three. */
export function shellOf(env: Readonly<Record<string, string | undefined>>, platform: NodeJS.Platform): Shell {
  const name = env.SHELL?.split(/[\\/]/)
    .at(-1)
    ?.replace(/\.exe$/i, '')
  if (!name) return platform === 'win32' ? 'powershell' : 'sh'
  if (likeSh.has(name)) return 'sh'
  if (name === 'fish') return 'fish'
  if (name === 'pwsh' || name === 'powershell') return 'powershell'
  throw new BrokerError('invalid_request', `There are no lines for the shell "${name.slice(0, 40)}".`, {
    fix: `Say which lines it reads: --shell ${shells.join(', --shell ')}.`,
  })
}
