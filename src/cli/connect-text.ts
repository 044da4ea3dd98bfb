import {
  type ChangedFile,
  type Connection,
  type DisconnectedFile,
  difference,
  type PlannedConnection,
  type Surroundings,
  shortened,
  type ToolDefinition,
} from '../integrations/index.ts'

/** The changes as a unified diff. What a foreign file holds may not steer the terminal. */
export function differenceText(files: readonly ChangedFile[], surroundings: Surroundings): string {
  return files
    .map(({ path, before, after }) => {
      const name = shortened(path, surroundings)
      const names = [before === undefined ? '/dev/null' : name, after === undefined ? '/dev/null' : name] as const
      return plain(difference(before ?? '', after ?? '', { names }))
    })
    .join('')
}

/** What connecting a tool would come to. */
export function plannedText(
  { name }: ToolDefinition,
  { files, tokenFile, notes }: PlannedConnection,
  surroundings: Surroundings,
): string {
  const token =
    tokenFile === undefined
      ? []
      : [`TokenTray keeps a fresh token for ${name} in ${shortened(tokenFile, surroundings)}, and no refresh token.\n`]
  const same = files.length === 0 && token.length === 0 ? [`${name} is connected in this way already.\n`] : []
  return [differenceText(files, surroundings), ...token, ...same, ...notes.map((note) => `Note: ${note}\n`)].join('')
}

/** What was done, and what the person should know now. */
export function connectedText(
  { id, name }: ToolDefinition,
  { selector, files, token_file: hasToken }: Connection,
  notes: readonly string[],
  surroundings: Surroundings,
): string {
  const changes = files.map(
    ({ path, before }) => `  ${before === undefined ? 'made' : 'changed'}: ${shortened(path, surroundings)}\n`,
  )
  const token = hasToken ? [`  A fresh token is kept in the file that ${name} reads.\n`] : []
  return [
    `Connected: ${name} takes its token from TokenTray (${selector}).\n`,
    ...changes,
    ...token,
    `  \`tokentray disconnect ${id}\` undoes it.\n`,
    ...notes.map((note) => `Note: ${note}\n`),
  ].join('')
}

export function disconnectedText(name: string, files: readonly DisconnectedFile[], surroundings: Surroundings): string {
  const lines = files.map(({ path, outcome, left }) => {
    const kept = left.length === 0 ? '' : ` Left, as it was changed since: ${plain(left.join(', '))}.`
    const what = outcome === 'restored' ? 'is as it was before.' : 'was changed since; what TokenTray had put into it is gone.'
    return `  ${shortened(path, surroundings)} ${what}${kept}\n`
  })
  return `Disconnected: ${name}.\n${lines.join('')}`
}

const plain = (text: string): string => text.replace(/[^\P{Cc}\n\t]/gu, ' ')
