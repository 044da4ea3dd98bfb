import { useId } from 'preact/hooks'
import { clientKey, isPerson } from '../../src/ipc/activity.ts'
import type { BrokerSnapshot } from '../../src/protocol/index.ts'
import { activityPlace, clients, days, filter, ledger, rules, setFilter } from '../activity.ts'
import { useReadingWithView } from '../kept.ts'
import { words } from '../language.ts'
import { settings } from '../settings.ts'
import { ActivityDays } from './activity-days.tsx'
import { cutName } from './cut-text.tsx'
import { ProblemNote } from './problem-note.tsx'
import { RememberedAnswers } from './remembered-answers.tsx'
import { SelectField } from './select-field.tsx'

/** Who got a token of which account and when, in the words of a person, and what tools may do without asking. */
export function ActivityPage({ snapshot }: { readonly snapshot: BrokerSnapshot }) {
  useReadingWithView(ledger, rules, settings)
  const { activity } = words()
  const entries = ledger.value.value
  return (
    <div class="activity">
      <RememberedAnswers snapshot={snapshot} />
      <ProblemNote place={activityPlace} />
      {entries !== undefined && entries.length > 0 && <Filter />}
      {entries === undefined ? (
        <p class="empty">{activity.loading}</p>
      ) : days.value.length === 0 ? (
        <p class="empty">{entries.length === 0 ? activity.none : activity.noneOfThese}</p>
      ) : (
        <ActivityDays days={days.value} snapshot={snapshot} />
      )}
    </div>
  )
}

function Filter() {
  const id = useId()
  const { activity } = words()
  const { client, refusedOnly } = filter.value
  const options = clients.value.map((caller) => ({
    value: clientKey(caller),
    name: isPerson(caller) ? activity.you : cutName(caller.name),
  }))
  const choose = (key: string) => setFilter({ refusedOnly, ...(key === '' ? {} : { client: key }) })
  return (
    <search class="filter" aria-label={activity.filter}>
      <SelectField
        label={activity.tool}
        value={client ?? ''}
        options={[{ value: '', name: activity.everyTool }, ...options]}
        onChoose={choose}
      />
      <label class="check" for={id}>
        <input
          id={id}
          type="checkbox"
          checked={refusedOnly}
          onChange={(event) => setFilter({ ...filter.value, refusedOnly: event.currentTarget.checked })}
        />
        {activity.refusedOnly}
      </label>
    </search>
  )
}
