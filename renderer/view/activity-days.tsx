import { useId } from 'preact/hooks'
import { type ActivityDay, type ActivityLine, isPerson, type Program } from '../../src/ipc/activity.ts'
import { visible } from '../../src/ipc/visible.ts'
import type { Language } from '../../src/ipc/words/index.ts'
import type { BrokerSnapshot, LedgerEntry } from '../../src/protocol/index.ts'
import { language, words } from '../language.ts'
import { now } from '../store.ts'
import { AccountText } from './account-text.tsx'
import { CutText } from './cut-text.tsx'
import { OutcomeGlyph } from './outcome-glyph.tsx'
import { Sentence } from './sentence.tsx'

interface ActivityDaysProps {
  readonly days: readonly ActivityDay[]
  readonly snapshot: BrokerSnapshot
}

export function ActivityDays({ days, snapshot }: ActivityDaysProps) {
  return (
    <section class="days" aria-label={words().activity.list}>
      {days.map((day) => (
        <Day key={new Date(day.at * 1000).toDateString()} day={day} snapshot={snapshot} />
      ))}
    </section>
  )
}

function Day({ day, snapshot }: { readonly day: ActivityDay; readonly snapshot: BrokerSnapshot }) {
  const id = useId()
  return (
    <>
      <h2 id={id} class="day">
        {nameOfDay(day.at, now.value, language.value)}
      </h2>
      <ul aria-labelledby={id}>
        {day.lines.map((line) => (
          <Line key={line.key} line={line} snapshot={snapshot} />
        ))}
      </ul>
    </>
  )
}

function Line({ line, snapshot }: { readonly line: ActivityLine; readonly snapshot: BrokerSnapshot }) {
  const { caller, provider, account, at } = line
  const moment = new Date(at * 1000)
  const name = (
    <strong>
      <CutText text={caller.name} />
    </strong>
  )
  return (
    <li class={`used used-${line.outcome}`}>
      <OutcomeGlyph outcome={line.outcome} byPerson={isPerson(caller)} />
      <div class="used-words">
        <p>
          <Sentence
            text={sentenceOf(line)}
            parts={{ client: name, account: <AccountText account={account} provider={provider} snapshot={snapshot} /> }}
          />
        </p>
        <Origin line={line} />
      </div>
      <time class="used-time" dateTime={moment.toISOString()}>
        {moment.toLocaleTimeString(language.value.locale, { hour: '2-digit', minute: '2-digit' })}
      </time>
    </li>
  )
}

function sentenceOf({ caller, outcome, count }: ActivityLine): string {
  const { activity } = words()
  if (isPerson(caller)) return activity.copied(count)
  const sentences: Readonly<Record<LedgerEntry['outcome'], (count: number) => string>> = {
    handed_out: activity.used,
    denied: activity.refused,
    unanswered: activity.unanswered,
  }
  return sentences[outcome](count)
}

/** The program behind the name, and what started it; or that nothing but the name is known. */
function Origin({ line: { caller, programs } }: { readonly line: ActivityLine }) {
  const { activity } = words()
  const [latest, ...others] = programs
  if (isPerson(caller)) return null
  if (latest === undefined) return caller.proof === 'claimed' ? <p class="used-origin">{activity.claimed}</p> : null
  const { executable, parent } = latest
  return (
    <p class="used-origin">
      {executable !== undefined && <CutText text={executable} keep="end" />}
      {executable !== undefined && parent !== undefined && ' · '}
      {parent !== undefined && (
        <Sentence text={activity.startedBy('{parent}')} parts={{ parent: <CutText text={fileName(parent)} whole={parent} /> }} />
      )}
      {others.length > 0 && (
        <span title={others.map((each) => visible(pathOf(each))).join('\n')}> · {activity.morePrograms(others.length)}</span>
      )}
    </p>
  )
}

/** What a person knows a program by; the tool tip has its whole path. */
const fileName = (path: string): string => path.split(/[\\/]/).findLast((part) => part !== '') ?? path

const pathOf = ({ executable, parent }: Program): string => [executable, parent].filter((path) => path !== undefined).join(' · ')

/** Both in epoch seconds. */
function nameOfDay(at: number, present: number, { locale, words: { activity } }: Language): string {
  const day = new Date(at * 1000)
  const today = new Date(present * 1000)
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1)
  if (day.toDateString() === today.toDateString()) return activity.today
  if (day.toDateString() === yesterday.toDateString()) return activity.yesterday
  const year = day.getFullYear() === today.getFullYear() ? {} : { year: 'numeric' as const }
  return day.toLocaleDateString(locale, { weekday: 'long', day: 'numeric', month: 'short', ...year })
}
