import type { MovedHere } from '../src/ipc/moved-here.ts'
import { programName } from '../src/ipc/program-names.ts'
import { kept } from './kept.ts'
import { words } from './language.ts'
import { requestReply } from './requests.ts'
import { question, setNote, setProblem, windowPlace } from './store.ts'
import { isolatedName } from './view/cut-text.tsx'

/** The logins that can go back belong to their rows; that they cannot be told of is no failure of the accounts. */
export const movedHere = kept('moved logins', 'moved:get')

export const movedTo = (account: string): readonly MovedHere[] =>
  movedHere.value.value?.filter((each) => each.account === account) ?? []

/** Gives a login back. Its row goes with it, so that it is said above the others. */
export async function giveBack({ account, program }: MovedHere): Promise<void> {
  const reply = await requestReply(account, 'moved:give-back', { account, program })
  if (!reply.ok) return setProblem(account, reply.problem)
  const asked = question.value
  if (asked?.kind === 'sign_in' && asked.account === account) question.value = undefined
  const say = words().owners
  const name = isolatedName(programName(program))
  const { exact, left } = reply.value
  const said = [
    (exact ? say.givenBackAsBefore : say.givenBack)(name),
    ...left.map((file) => say.stillWithout(isolatedName(file))),
  ]
  setNote(windowPlace, { words: said.join(' '), tone: left.length === 0 ? 'good' : 'advice' })
  movedHere.read()
}
