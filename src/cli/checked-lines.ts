import { BrokerError } from '../protocol/index.ts'

/** How many lines of a record are wanted. Throws `invalid_request`. */
export function checkedLines(text: string): number {
  const lines = Number(text)
  if (Number.isInteger(lines) && lines >= 1 && lines <= 1_000) return lines
  throw new BrokerError('invalid_request', `"${text.slice(0, 40)}" is no number of lines.`, {
    fix: 'Write a number from 1 to 1000.',
  })
}
