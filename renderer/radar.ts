import { programName } from '../src/ipc/program-names.ts'
import type { SharedLoginFinding } from '../src/ipc/radar.ts'
import { kept } from './kept.ts'
import { words } from './language.ts'
import { requestReply } from './requests.ts'
import { question, setNote, setProblem } from './store.ts'
import { isolatedName } from './view/cut-text.tsx'

export const radarPlace = 'radar'

/** Main looks into the files of programs at most every few minutes, however often it is asked. */
export const radar = kept(radarPlace, 'radar:get')

export const findingPlace = (finding: string): string => `finding ${finding}`
export const unreadPlace = (program: string): string => `unread ${program}`

/** Says yes or no to reading the logins of a program; what is seen then comes with the answer. */
export async function allow(program: string, allowed: boolean): Promise<void> {
  const place = unreadPlace(program)
  const reply = await requestReply(place, 'radar:allow', { program, allowed })
  if (!reply.ok) return setProblem(place, reply.problem)
  radar.put(reply.value)
  if (reply.value.unread.length === 0) fold()
}

export async function ignore({ finding }: SharedLoginFinding): Promise<void> {
  const place = findingPlace(finding)
  const reply = await requestReply(place, 'radar:ignore', { finding })
  if (!reply.ok) return setProblem(place, reply.problem)
  fold(finding)
  setNote(radarPlace, { words: words().radar.ignored, tone: 'good' })
  radar.put(reply.value)
}

/** Moves the login here. The broker says whether the rule card has to be read first, before anything is changed. */
export async function makeOwner({ finding }: SharedLoginFinding, accept: boolean): Promise<void> {
  const place = findingPlace(finding)
  const reply = await requestReply(place, 'radar:move', { finding, ...(accept ? { accept } : {}) })
  if (!reply.ok) {
    if (reply.problem.code === 'rules_not_accepted' && !accept) {
      question.value = { kind: 'finding', finding, face: 'rules' }
      return
    }
    setProblem(place, reply.problem)
    // Some of the programs may have lost it already.
    return radar.read()
  }
  fold(finding)
  const say = words().radar
  const { running } = reply.value
  const said = [say.moved, ...running.map((program) => say.stillRuns(isolatedName(programName(program))))].join(' ')
  setNote(radarPlace, { words: said, tone: running.length === 0 ? 'good' : 'advice' })
  radar.put(reply.value.radar)
}

/** Folds what is unfolded here, unless the person has turned to another question meanwhile. */
function fold(finding?: string): void {
  const asked = question.value
  if (asked?.kind === 'look' ? finding === undefined : asked?.kind === 'finding' && asked.finding === finding) {
    question.value = undefined
  }
}
