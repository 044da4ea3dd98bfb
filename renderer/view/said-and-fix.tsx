import { BrokerWords, WordsWithCode } from './words-with-code.tsx'

interface SaidAndFixProps {
  readonly description: string
  readonly fix: string | undefined
  /** What the broker says besides, in English. */
  readonly added?: string | undefined
  /** Whether what is so stands out from what to do. */
  readonly loud?: boolean
}

/**
 * What is so and what to do. Both run in the direction of their own words as one text: most are English sentences of the broker, and apart
 * they would change places in a page that is written from right to left.
 */
export function SaidAndFix({ description, fix, added, loud = false }: SaidAndFixProps) {
  const said = <WordsWithCode text={description} />
  return (
    <p class="said" dir="auto">
      {loud ? <strong>{said}</strong> : said}
      {fix !== undefined && <WordsWithCode text={` ${fix}`} />}
      {added !== undefined && (
        <>
          {' '}
          <BrokerWords text={added} />
        </>
      )}
    </p>
  )
}
