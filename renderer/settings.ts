import type { Asks } from '../src/ipc/asks.ts'
import type { SettingsChange, SettingsView } from '../src/ipc/settings.ts'
import { kept } from './kept.ts'
import { requestReply } from './requests.ts'
import { isWaiting, type Place, setProblem } from './store.ts'

export const settingsPlace = 'settings'

export const settings = kept(settingsPlace, 'settings:get')

/** Where the outcome of a change is shown: at its control. */
export const settingPlace = (name: string): Place => `setting ${name}`

let turn: Promise<unknown> = Promise.resolve()

/**
 * Changes one setting. Changes wait for each other, as one that sends a whole list must begin with what the one before it made of it. A
 * control whose change is under way takes no other one. Answers whether it went well.
 */
export function change(name: string, next: (now: SettingsView) => SettingsChange): Promise<boolean> {
  const place = settingPlace(name)
  if (isWaiting(place)) return Promise.resolve(false)
  const mine = turn.then(async () => {
    const now = settings.value.value
    if (now === undefined) return false
    // The schema's type has lists that can be changed, which nobody does.
    const reply = await requestReply(place, 'settings:change', next(now) as Asks['settings:change'])
    if (reply.ok) settings.put(reply.value)
    else setProblem(place, reply.problem)
    return reply.ok
  })
  turn = mine
  return mine
}
