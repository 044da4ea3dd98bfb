import type { AccountStatus, ProviderInfo } from '../../src/protocol/index.ts'
import { request } from '../requests.ts'
import { type Alternative, alternativesOf, ask, goOnWith } from '../sign-in.ts'
import { isWaiting, type SignInQuestion, type Way } from '../store.ts'
import { Button } from './button.tsx'
import { WordsWithCode } from './words-with-code.tsx'

interface RuleCardProps {
  readonly row: AccountStatus
  readonly info: ProviderInfo
  readonly asked: SignInQuestion
  /** The way that waits for the person's yes. */
  readonly way: Way
}

/** What the provider says about logins like this one. What it offers instead comes first, and going on last. */
export function RuleCard({ row, info, asked, way }: RuleCardProps) {
  const { rules } = info
  if (rules === undefined) return null
  const alternatives = alternativesOf(row, info)
  const waiting = isWaiting(row.id)
  return (
    <>
      {alternatives.length > 0 && (
        <>
          <p>A better way</p>
          <ul class="choices" aria-label="Better ways">
            {alternatives.map((alternative) => (
              <AlternativeLine key={alternative.words} {...alternative} />
            ))}
          </ul>
        </>
      )}
      <p class={alternatives.length > 0 ? 'rules-head' : undefined}>Before you go on here</p>
      <p class="rules-statement">{rules.statement}</p>
      <p class="rules-source">
        {rules.since !== undefined && `Since ${day(rules.since)}. `}Checked on {day(rules.checked)} at{' '}
        <button
          type="button"
          class="link"
          title={rules.link}
          onClick={() => request(row.id, 'provider:open', { provider: info.id, page: 'rules' })}
        >
          {hostOf(rules.link)}
        </button>
      </p>
      <div class="buttons buttons-end">
        {info.flows.length + info.keys.length > 1 && (
          <Button kind="plain" onPress={() => ask(row.id, { kind: 'ways' })}>
            Other ways…
          </Button>
        )}
        <Button waiting={waiting} onPress={() => goOnWith(way, row, asked, true)}>
          I understand, go on
        </Button>
      </div>
    </>
  )
}

/** A button where the window can do it. */
function AlternativeLine({ words, press }: Alternative) {
  return (
    <li>
      {press === undefined ? (
        <p>
          <WordsWithCode text={words} />
        </p>
      ) : (
        <button type="button" class="button button-quiet choice" onClick={press}>
          <span>
            <WordsWithCode text={words} />
          </span>
          <svg width="7" height="12" viewBox="0 0 7 12" aria-hidden="true">
            <path class="glyph-line" d="M1 1l5 5-5 5" />
          </svg>
        </button>
      )}
    </li>
  )
}

/** A date of the card, which is a day everywhere and no moment. */
function day(date: string): string {
  const at = new Date(`${date}T00:00:00Z`)
  if (Number.isNaN(at.getTime())) return date
  return at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })
}

const hostOf = (link: string): string => (URL.canParse(link) ? new URL(link).host : link)
