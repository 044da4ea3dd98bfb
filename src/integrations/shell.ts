import { join } from 'node:path'
import type { FileChange } from './connections/file-change.ts'
import { folderOf, type Surroundings } from './tool.ts'

/** The files that a shell reads when it starts, whichever shell that is. */
export function shellProfiles({ env, home, platform }: Surroundings): readonly string[] {
  if (platform === 'win32') {
    return ['PowerShell', 'WindowsPowerShell'].flatMap((edition) =>
      ['profile.ps1', 'Microsoft.PowerShell_profile.ps1'].map((name) => join(home, 'Documents', edition, name)),
    )
  }
  const zsh = folderOf(env.ZDOTDIR, home)
  return [
    ...['.profile', '.bash_profile', '.bash_login', '.bashrc'].map((name) => join(home, name)),
    ...['.zshenv', '.zprofile', '.zshrc'].map((name) => join(zsh, name)),
    fishProfile({ env, home }),
  ]
}

/** The file that the person's own shell reads, for what has to be set in it. */
export function ownProfile({ env, home, platform }: Surroundings): string {
  if (platform === 'win32') return join(home, 'Documents', 'PowerShell', 'Microsoft.PowerShell_profile.ps1')
  switch (env.SHELL?.split('/').at(-1)) {
    case 'zsh':
      return join(folderOf(env.ZDOTDIR, home), '.zshrc')
    case 'bash':
      return join(home, '.bashrc')
    case 'fish':
      return fishProfile({ env, home })
    default:
      return join(home, '.profile')
  }
}

const fishProfile = ({ env, home }: Pick<Surroundings, 'env' | 'home'>): string =>
  join(folderOf(env.XDG_CONFIG_HOME, join(home, '.config')), 'fish', 'config.fish')

/** The lines that set variables in that file; `export` is understood by fish as well. */
export const variableLines = (variables: Readonly<Record<string, string>>, { platform }: Surroundings): readonly string[] =>
  Object.entries(variables).map(([name, value]) =>
    platform === 'win32' ? `$env:${name} = "${value}"` : `export ${name}="${value}"`,
  )

/** A word of a command line for a POSIX shell, quoted only where it has to be. */
export const inShell = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)

/** Lines that the person's own shell reads whenever it starts, taken away again by their mark. */
export function profileBlock(mark: string, lines: readonly string[], surroundings: Surroundings): FileChange {
  return { kind: 'block', file: ownProfile(surroundings), mark, lines: [...lines] }
}

/** A line by which a command gets its tokens whenever it is run from the shell of the person. */
export function execAlias(command: string, selector: string, { platform }: Surroundings): string {
  const run = `tokentray exec ${selector} -- ${command}`
  return platform === 'win32' ? `function ${command} { ${run} @args }` : `alias ${command}='${run}'`
}
