import { readFileSync } from 'node:fs'
import type { CommandTree } from '../command-tree.ts'
import { knownWords } from './known-words.ts'
import { readBashLine, type ShellLine, unquoted } from './shell-line.ts'
import { type Wanted, type Word, wantedWords } from './wanted-words.ts'

/** Beside this module, where the build puts them. */
const commandFile = new URL('commands.json', import.meta.url)

type Environment = Readonly<Record<string, string | undefined>>

/** Every name that a broker may say: nothing that a shell would have to quote, and nothing that it would take for an option. */
const name = /^\w[\w.:-]*$/

/** More than a person looks through. */
const mostWords = 500

/**
 * What the scripts of `tokentray completion` run for each Tab: `<shell> --current=<typed> <words before…>`, and for bash `--line=` and
 * `--breaks=` instead. Answers lines: first what to do (`words`, `commands`, `hosts` or `files`), then the words, each with a tab and what it
 * is; nothing for what is no such question. The commands are read from a file that the build has made, because to describe them anew
 * would take longer than all the rest.
 */
export async function completeWords(argv: readonly string[], env: Environment, commands = commandFile): Promise<string> {
  const [shell = '', ...given] = argv
  const line = shell === 'bash' ? bashLine(given) : otherLine(given)
  const wanted = wantedWords(JSON.parse(readFileSync(commands, 'utf8')) as CommandTree, line.before, line.current)
  if (wanted.place !== undefined) return `${wanted.place}\n`
  const known = (await knownWords(wanted, env)).filter(({ word }) => typeof word === 'string' && name.test(word))
  const words = [...wanted.words, ...known]
  const lines = fitting(words, wanted, line).map(({ word, about }) =>
    shell === 'bash' || about === undefined ? word : `${word}\t${about.replaceAll(/\p{C}+/gu, ' ')}`,
  )
  return `${['words', ...lines].join('\n')}\n`
}

function bashLine(given: readonly string[]): ShellLine {
  return readBashLine(optionOf(given, '--line='), optionOf(given, '--breaks='))
}

/** The other shells find the words themselves, and replace the whole word at the cursor. */
function otherLine(given: readonly string[]): ShellLine {
  const [first = '', ...before] = given
  return { before, current: unquoted(optionOf([first], '--current=')), kept: '' }
}

const optionOf = (given: readonly string[], option: string): string =>
  given.find((each) => each.startsWith(option))?.slice(option.length) ?? ''

/** Those that begin with what is typed, each once. */
function fitting(words: readonly Word[], { typed }: Wanted, { current, kept }: ShellLine): readonly Word[] {
  const found = new Map<string, Word>()
  for (const { word, about } of words) {
    const whole = typed + word
    if (!whole.startsWith(current) || !whole.startsWith(kept) || found.has(whole)) continue
    found.set(whole, { word: whole.slice(kept.length), ...(about === undefined ? {} : { about }) })
  }
  return [...found.values()].slice(0, mostWords)
}
