import { kept } from './kept.ts'
import { words } from './language.ts'
import { requestReply } from './requests.ts'
import { setNote, setProblem } from './store.ts'
import { isolatedName } from './view/cut-text.tsx'

export const sharesPlace = 'shares'

export const shares = kept(sharesPlace, 'shares:get')

export const sharePlace = (id: string): string => `share ${id}`

/** Ends a share at once, and says whose tokens that were. */
export async function endShare(id: string, name: string): Promise<void> {
  const place = sharePlace(id)
  const reply = await requestReply(place, 'share:end', { share: id })
  if (!reply.ok) return setProblem(place, reply.problem)
  // The note first: it keeps the section there when that was the last one.
  setNote(sharesPlace, { words: words().tools.shareEnded(isolatedName(name)), tone: 'good' })
  shares.put(reply.value)
}
