import { computed, signal } from '@preact/signals'
import { type ActivityFilter, activityDays, clientKey, clientsOf } from '../src/ipc/activity.ts'
import { kept } from './kept.ts'
import { words } from './language.ts'
import { requestReply } from './requests.ts'
import { settings } from './settings.ts'
import { setNote, setProblem } from './store.ts'
import { isolatedName } from './view/cut-text.tsx'

export const activityPlace = 'activity'
export const rulesPlace = 'rules'

export const ledger = kept(activityPlace, 'activity:get')
export const rules = kept(rulesPlace, 'rules:get')

export const clients = computed(() => clientsOf(ledger.value.value ?? []))

const chosen = signal<ActivityFilter>({ refusedOnly: false })

/** What the person chose, without a client that the ledger does not name any more. */
export const filter = computed<ActivityFilter>(() => {
  const { client, refusedOnly } = chosen.value
  const known = client !== undefined && clients.value.some((each) => clientKey(each) === client)
  return known ? { client, refusedOnly } : { refusedOnly }
})

export function setFilter(next: ActivityFilter): void {
  chosen.value = next
}

export const days = computed(() => activityDays(ledger.value.value ?? [], filter.value))

/** Forgets what the person answered about a client, and says how it goes on and how that is undone. Answers whether it went well. */
export async function forget(client: string): Promise<boolean> {
  const place = rulePlace(client)
  const reply = await requestReply(place, 'rule:remove', { client })
  if (!reply.ok) {
    setProblem(place, reply.problem)
    return false
  }
  rules.put(reply.value)
  const { forgottenAsks, forgottenGives } = words().activity
  const asks = settings.value.value?.askFirst !== false
  const said = (asks ? forgottenAsks : forgottenGives)(isolatedName(client))
  setNote(rulesPlace, { words: said, tone: asks ? 'good' : 'advice' })
  return true
}

export const rulePlace = (client: string): string => `rule ${client}`
