import { printable } from './client-text.ts'
import type { Finding } from './finding.ts'

/** Columns of a terminal that nobody made wider. */
const width = 80

/** A shape beside the word, for who sees no colours or reads no English. */
const words = { ok: '✓ ok', advice: '! advice', problem: '✗ problem' } as const

/** Everything that was looked at, and how many problems there are. Each line fits into 80 columns, unless one word does not. */
export function doctorText(findings: readonly Finding[]): string {
  const verdict = Math.max(...Object.values(words).map(({ length }) => length)) + 2
  const topic = Math.max(0, ...findings.map((each) => each.topic.length)) + 2
  const indent = ' '.repeat(verdict + topic)
  const lines = findings.flatMap((each) => {
    const [first = '', ...rest] = wrapped(each.what, width - indent.length)
    const fix = each.fix === undefined ? [] : wrapped(each.fix, width - indent.length - 2).map((line) => `  ${line}`)
    const head = words[each.verdict].padEnd(verdict) + each.topic.padEnd(topic) + first
    return [head.trimEnd(), ...[...rest, ...fix].map((line) => indent + line)]
  })
  const problems = findings.filter(({ verdict: each }) => each === 'problem').length
  const sentence = problems === 0 ? 'No problem was found.' : problems === 1 ? '1 problem.' : `${problems} problems.`
  return [...lines, '', sentence].join('\n')
}

/** The words of a text in lines. A word that is longer than a line, such as a path, has one of its own. */
function wrapped(text: string, columns: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of printable(text.trim().replaceAll(/\s+/g, ' ')).split(' ')) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
