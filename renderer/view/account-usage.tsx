import { accountName } from '../../src/ipc/account-words.ts'
import { ageWords, creditWords, isOver, limitName, limitWords } from '../../src/ipc/usage-words.ts'
import type { AccountStatus, UsageWindow } from '../../src/protocol/index.ts'
import { language, words } from '../language.ts'
import { now, view } from '../store.ts'
import { BrokerWords } from './words-with-code.tsx'

/** From this share on a limit is worth a look, and from the second one it is nearly used up. Percent. */
const warm = 80
const hot = 95

/** How much of the plan of an account is used, a bar for each limit. Nothing is drawn where the provider has said nothing. */
export function AccountUsageBars({ row }: { readonly row: AccountStatus }) {
  const figures = view.value?.usage.find(({ account }) => account === row.id)
  if (figures === undefined) return null
  const credits = creditWords(figures, language.value)
  const age = ageWords(figures, now.value, language.value)
  const { usage } = words().accounts
  if (figures.windows.length === 0 && credits === undefined && figures.error === undefined) return null
  return (
    <div class="usage">
      <ul aria-label={usage.list(accountName(row))}>
        {figures.windows.map((window) => (
          <UsageBar key={window.name} window={window} />
        ))}
        {credits !== undefined && (
          <li class="usage-line">
            <span>{usage.credits}</span>
            <span class="usage-words">{credits}</span>
          </li>
        )}
      </ul>
      {(age !== undefined || figures.error !== undefined) && (
        <p class="usage-age">
          {age}
          {age !== undefined && figures.error !== undefined && ' · '}
          {figures.error !== undefined && <BrokerWords text={figures.error.description} />}
        </p>
      )}
    </div>
  )
}

function UsageBar({ window }: { readonly window: UsageWindow }) {
  const name = limitName(window.name, language.value)
  const said = limitWords(window, now.value, language.value)
  const over = isOver(window, now.value)
  const shown = Math.min(100, Math.max(0, Math.floor(window.used_percent)))
  const heat = over ? 'cool' : shown >= hot ? 'hot' : shown >= warm ? 'warm' : 'cool'
  return (
    <li class="usage-line">
      <span class="usage-name" title={name}>
        {name}
      </span>
      <span class="usage-words">{said}</span>
      <meter class={`usage-bar usage-${heat}`} min={0} max={100} value={over ? 0 : shown} aria-label={`${name}: ${said}`} />
    </li>
  )
}
