import type { ComponentChildren } from 'preact'
import { Fragment } from 'preact'

interface SentenceProps {
  /** From the catalogue, with the names of the parts in braces where the language wants them. */
  readonly text: string
  readonly parts: Readonly<Record<string, ComponentChildren>>
}

/** A sentence with elements in it. */
export function Sentence({ text, parts }: SentenceProps) {
  const pieces = text.split(/\{(\w+)\}/)
  return (
    <>
      {pieces.map((piece, index) => (
        <Fragment key={index}>{index % 2 === 0 ? piece : parts[piece]}</Fragment>
      ))}
    </>
  )
}
