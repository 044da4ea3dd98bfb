/** The command as a word of its own, also with its folder or the ending that it has on Windows. */
const command = /(?:^|[\s"'`!(=/\\])tokentray(?:\.cmd|\.exe|\.js)?(?=$|[\s"'`)])/m

/** Whether settings name the command or the socket of TokenTray. A line that is a comment says nothing. */
export function namesTokenTray(text: string, socket: string | undefined): boolean {
  const said = text
    .split('\n')
    .filter((line) => !isComment(line))
    .join('\n')
  if (command.test(said)) return true
  // JSON writes a backslash, as in the name of a pipe, twice.
  return socket !== undefined && (said.includes(socket) || said.replaceAll('\\\\', '\\').includes(socket))
}

/** Whether a file that a shell reads says one of the words in a line by way of TokenTray. */
export function setsByTokenTray(profile: string, words: readonly string[], socket: string | undefined): boolean {
  return profile.split('\n').some((line) => words.some((name) => hasWord(line, name)) && namesTokenTray(line, socket))
}

const isComment = (line: string): boolean => /^\s*(?:#|\/\/)/.test(line)

const hasWord = (line: string, word: string): boolean => line.split(/[^A-Za-z0-9_]+/).includes(word)
