import { useRef } from 'preact/hooks'
import { momentWords } from '../../src/ipc/time-words.ts'
import type { BrokerSnapshot, ClientRule } from '../../src/protocol/index.ts'
import { forget, rulePlace, rules, rulesPlace } from '../activity.ts'
import { language, words } from '../language.ts'
import { goToSetting } from '../page.ts'
import { settings } from '../settings.ts'
import { isWaiting, now } from '../store.ts'
import { AccountText } from './account-text.tsx'
import { Button } from './button.tsx'
import { CutText, cutName } from './cut-text.tsx'
import { useFocusMovesOn } from './focus-moves-on.ts'
import { NoteLines } from './note-lines.tsx'
import { OutcomeGlyph } from './outcome-glyph.tsx'
import { ProblemNote } from './problem-note.tsx'
import { Sentence } from './sentence.tsx'

/** What the person answered once and for all, behind a line that says how many there are, and what happens to a new tool. */
export function RememberedAnswers({ snapshot }: { readonly snapshot: BrokerSnapshot }) {
  const { activity } = words()
  const known = rules.value.value
  const summary = useRef<HTMLElement>(null)
  const list = useFocusMovesOn(summary)
  return (
    <section class="answers" aria-label={activity.answers}>
      <AsksFirst />
      <ProblemNote place={rulesPlace} />
      <NoteLines place={rulesPlace} />
      {known !== undefined && (
        <details>
          <summary ref={summary}>
            <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
              <path class="glyph-line" d="M3.5 1.8l3.3 3.2-3.3 3.2" />
            </svg>
            {activity.answers}
            <span class="amount">{new Intl.NumberFormat(language.value.locale).format(known.length)}</span>
          </summary>
          {known.length === 0 && <p class="answers-none">{activity.noAnswers}</p>}
          <ul ref={list} aria-label={activity.answers}>
            {known.map((rule) => (
              <Answer key={rule.client} rule={rule} snapshot={snapshot} />
            ))}
          </ul>
        </details>
      )}
    </section>
  )
}

/** Whether new tools are asked about, with the way to the switch. */
function AsksFirst() {
  const { activity } = words()
  const asks = settings.value.value?.askFirst
  if (asks === undefined) return null
  return (
    <p class="asks-first">
      <span>{asks ? activity.asksFirst : activity.asksNot}</span>
      <button type="button" class="link" onClick={() => goToSetting('askFirst')}>
        {activity.change}
      </button>
    </p>
  )
}

function Answer({ rule, snapshot }: { readonly rule: ClientRule; readonly snapshot: BrokerSnapshot }) {
  const { client, decision, until } = rule
  const { activity } = words()
  const place = rulePlace(client)
  return (
    <li class="answer">
      <OutcomeGlyph outcome={decision === 'allow' ? 'handed_out' : 'denied'} byPerson={false} />
      <div class="used-words">
        <p>
          <strong>
            <CutText text={client} />
          </strong>
        </p>
        <p class="used-origin">
          {decision === 'allow' ? activity.allowed : activity.denied}
          {' · '}
          <Accounts rule={rule} snapshot={snapshot} />
          {until !== undefined && ` · ${activity.until(momentWords(until, now.value, language.value))}`}
        </p>
      </div>
      <Button label={activity.forgetLabel(cutName(client))} waiting={isWaiting(place)} onPress={() => forget(client)}>
        {activity.forget}
      </Button>
      <ProblemNote place={place} />
    </li>
  )
}

/** Which accounts the answer is for. Those that are gone are counted. */
function Accounts({ rule: { accounts }, snapshot }: { readonly rule: ClientRule; readonly snapshot: BrokerSnapshot }) {
  const { activity } = words()
  if (accounts === undefined) return <>{activity.everyAccount}</>
  const present = accounts.filter((account) => snapshot.accounts.some(({ id }) => id === account))
  const gone = accounts.length - present.length
  const name = (account: string) => <AccountText account={account} provider="" snapshot={snapshot} />
  const said = [...present.map((_account, index) => `{${index}}`), ...(gone > 0 ? [activity.goneAccounts(gone)] : [])]
  const text = new Intl.ListFormat(language.value.locale, { type: 'unit' }).format(said)
  return <Sentence text={text} parts={Object.fromEntries(present.map((account, index) => [index, name(account)]))} />
}
