import type { BlockChange, TakenOut } from './file-change.ts'

/** The text with the block at its end. */
export function putBlock(text: string, change: BlockChange): string {
  const eol = text.includes('\r\n') ? '\r\n' : '\n'
  const gap = text === '' || text.endsWith('\n') ? '' : eol
  return `${text}${gap}${blockOf(change).join(eol)}${eol}`
}

/**
 * The text without the block, where somebody has changed it since. Lines that they put between its marks stay, and so does a line that they
 * changed.
 */
export function takeOutBlock(text: string, change: BlockChange): TakenOut {
  const lines = text.split(/(?<=\n)/)
  const bare = lines.map((line) => line.replace(/\r?\n$/, ''))
  const [first = '', ...rest] = blockOf(change)
  const last = rest.at(-1) ?? ''
  const start = bare.indexOf(first)
  if (start === -1) return { text, left: [] }
  const found = bare.indexOf(last, start)
  const end = found === -1 ? start : found
  const own = new Set(blockOf(change))
  const left = bare.slice(start, end + 1).filter((line) => !own.has(line))
  const kept = lines.filter((_, place) => place < start || place > end || !own.has(bare[place] ?? ''))
  const result = kept.join('')
  return { text: result === '' ? undefined : result, left }
}

/** Every line of the block, its marks included. */
export const blockOf = ({ mark, lines }: BlockChange): readonly string[] => [
  `# >>> tokentray ${mark} >>>`,
  `# \`tokentray disconnect ${mark}\` takes these lines away.`,
  ...lines,
  `# <<< tokentray ${mark} <<<`,
]
