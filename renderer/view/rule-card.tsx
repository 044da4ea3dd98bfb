import type { AccountStatus, ProviderInfo } from '../../src/protocol/index.ts'
import { words } from '../language.ts'
import { type Alternative, alternativesOf, ask, goOnWith } from '../sign-in.ts'
import { isWaiting, type SignInQuestion, type Way } from '../store.ts'
import { Button } from './button.tsx'
import { RuleWords } from './rule-words.tsx'
import { BrokerWords } from './words-with-code.tsx'

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
  const say = words().login
  if (rules === undefined) return null
  const alternatives = alternativesOf(row, info)
  const waiting = isWaiting(row.id)
  return (
    <>
      {alternatives.length > 0 && (
        <>
          <p>{say.better}</p>
          <ul class="choices" aria-label={say.betterList}>
            {alternatives.map((alternative) => (
              <AlternativeLine key={alternative.words} {...alternative} />
            ))}
          </ul>
        </>
      )}
      <p class={alternatives.length > 0 ? 'rules-head' : undefined}>{say.beforeYouGoOn}</p>
      <RuleWords place={row.id} provider={info.id} rules={rules} />
      <div class="buttons buttons-end">
        {info.flows.length + info.keys.length > 1 && (
          <Button kind="plain" onPress={() => ask(row.id, { kind: 'ways' })}>
            {say.otherWays}
          </Button>
        )}
        <Button waiting={waiting} onPress={() => goOnWith(way, row, asked, true)}>
          {say.understood}
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
          <BrokerWords text={words} />
        </p>
      ) : (
        <button type="button" class="button button-quiet choice" onClick={press}>
          <span>
            <BrokerWords text={words} />
          </span>
          <svg width="7" height="12" viewBox="0 0 7 12" aria-hidden="true">
            <path class="glyph-line" d="M1 1l5 5-5 5" />
          </svg>
        </button>
      )}
    </li>
  )
}
