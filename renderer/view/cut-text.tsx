import { visible } from '../../src/ipc/visible.ts'

interface CutTextProps {
  readonly text: string
  /** What the tool tip has, where `text` is a part of it. */
  readonly whole?: string
  /** Characters. */
  readonly most?: number
  /** A path is told by its end. */
  readonly keep?: 'begin' | 'end'
}

/**
 * A text that some other program chose. It is kept from turning around or hiding what stands beside it, and a long one is cut, with the
 * whole in the tool tip.
 */
export function CutText({ text, whole = text, most = 40, keep = 'begin' }: CutTextProps) {
  const tip = visible(whole)
  const shown = cut(visible(text), most, keep)
  return <bdi {...(shown === tip ? {} : { title: tip })}>{shown}</bdi>
}

/** The same for a sentence that takes no elements. */
export const isolatedName = (text: string): string => `\u{2068}${cutName(text)}\u{2069}`

/** The same for a name that a screen reader says. */
export const cutName = (text: string): string => cut(visible(text), 40, 'begin')

function cut(text: string, most: number, keep: 'begin' | 'end'): string {
  const characters = [...text]
  if (characters.length <= most) return text
  return keep === 'begin' ? `${characters.slice(0, most - 1).join('')}…` : `…${characters.slice(1 - most).join('')}`
}
