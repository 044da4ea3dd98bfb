import type { Intent } from '../src/ipc/channels.ts'
import { checkWords, signedInWords } from '../src/ipc/login-words.ts'
import { assertNever } from './assert-never.ts'
import { bridge } from './bridge.ts'
import { words } from './language.ts'
import { goTo } from './page.ts'
import { reach } from './requests.ts'
import { chooseAnother, showRules, tellOfCheck } from './sign-in.ts'
import { dropNotes, now, providers, question, setNote, setProblem, snapshot, view, windowPlace } from './store.ts'

/** Follows main: the first view, every later one, and what the person chose in the tray menu. */
export async function follow(): Promise<void> {
  bridge.on('view:changed', (next) => {
    const broker = snapshot.value !== undefined
    // A note may say who has signed in, in words that were put together before the person wanted that hidden.
    if (next.surroundings.hidePersonalData && view.value?.surroundings.hidePersonalData === false) dropNotes()
    view.value = next
    foldIfAnswered()
    // A broker that has just come may have other providers, of files that the person changed.
    if (!broker && next.snapshot !== undefined) void followProviders()
  })
  bridge.on('intent:waiting', () => takeIntent())
  // All at once, as the first picture waits for them.
  const [first, known, intent] = [reach('view:get', undefined), followProviders(), reach('intent:take', undefined)]
  const reply = await first
  if (reply.ok) view.value ??= reply.value
  else setProblem(windowPlace, reply.problem)
  // While there is no broker, nobody answers what providers there are.
  if (snapshot.value !== undefined) await known
  await takeIntent(intent)
}

/** Without its answer a row offers its usual way only, which is no failure to tell of. */
async function followProviders(): Promise<void> {
  const reply = await reach('providers:get', undefined)
  if (reply.ok) providers.value = reply.value
}

/** Moves the countdowns, and only while they can be seen. */
export function tick(): void {
  const update = () => {
    if (document.visibilityState === 'visible') now.value = Math.floor(Date.now() / 1000)
  }
  setInterval(update, 1_000)
  document.addEventListener('visibilitychange', update)
}

async function takeIntent(asked = reach('intent:take', undefined)): Promise<void> {
  const reply = await asked
  if (reply.ok && reply.value !== undefined) goOnWith(reply.value)
}

/** What is about an account is shown at its row. A login that went well says so there too, and takes nobody away from another page. */
function goOnWith(intent: Intent): void {
  const aboutRow =
    intent.kind !== 'page' && intent.kind !== 'signed_in' && !(intent.kind === 'problem' && intent.account === undefined)
  if (aboutRow) goTo('accounts')
  switch (intent.kind) {
    case 'page':
      goTo(intent.page)
      return
    case 'paste':
      question.value = { kind: 'paste', login: intent.login }
      return
    case 'confirm_sign_out':
      question.value = { kind: 'sign_out', account: intent.account }
      return
    case 'problem':
      setProblem(intent.account ?? windowPlace, intent.problem)
      return
    case 'sign_in':
      if (intent.why === 'rules') showRules(intent.account)
      else chooseAnother(intent.account)
      return
    case 'signed_in':
      setNote(intent.account, { words: signedInWords(intent.identity, words()), tone: 'good' })
      return
    case 'checked':
      tellOfCheck(intent.check, checkWords(intent.check, words()))
      return
    default:
      assertNever(intent)
  }
}

/** A question whose login or account is gone has answered itself. */
function foldIfAnswered(): void {
  const asked = question.value
  const present = snapshot.value
  if (asked === undefined || present === undefined) return
  // What the radar has found is kept by its notice.
  if (asked.kind === 'finding' || asked.kind === 'look') return
  const stands =
    asked.kind === 'paste'
      ? present.logins.some((login) => login.id === asked.login)
      : present.accounts.some((row) => row.id === asked.account)
  if (!stands) question.value = undefined
}
