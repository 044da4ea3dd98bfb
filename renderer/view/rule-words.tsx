import type { ProviderInfo, ProviderRules } from '../../src/protocol/index.ts'
import { language, words } from '../language.ts'
import { request } from '../requests.ts'
import type { Place } from '../store.ts'
import { BrokerWords } from './words-with-code.tsx'

interface RuleWordsProps {
  /** Where it is said that the page could not be opened. */
  readonly place: Place
  readonly provider: string
  readonly rules: ProviderRules
}

/** What a provider says about logins like ours, since when, and where it is written. */
export function RuleWords({ place, provider, rules }: RuleWordsProps) {
  const say = words().login
  return (
    <>
      <p class="rules-statement">
        <BrokerWords text={rules.statement} />
      </p>
      <p class="rules-source">
        {rules.since !== undefined && `${say.since(day(rules.since))} `}
        {say.checked(day(rules.checked))}{' '}
        <button
          type="button"
          class="link"
          title={rules.link}
          onClick={() => request(place, 'provider:open', { provider, page: 'rules' })}
        >
          {hostOf(rules.link)}
        </button>
      </p>
    </>
  )
}

/** The same where nothing has to be acknowledged, so that no card comes before the sign-in. Others have been read by then. */
export function PlainRules({ place, info }: { readonly place: Place; readonly info: ProviderInfo | undefined }) {
  if (info?.rules === undefined || info.rules.acknowledge.length > 0) return null
  return (
    <section class="rules-plain" aria-label={words().login.rulesTitle(info.name)}>
      <RuleWords place={place} provider={info.id} rules={info.rules} />
    </section>
  )
}

/** A date of the card, which is a day everywhere and no moment. */
function day(date: string): string {
  const at = new Date(`${date}T00:00:00Z`)
  if (Number.isNaN(at.getTime())) return date
  return at.toLocaleDateString(language.value.locale, { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })
}

const hostOf = (link: string): string => (URL.canParse(link) ? new URL(link).host : link)
