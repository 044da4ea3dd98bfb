import type { Asks } from '../src/ipc/asks.ts'
import type { Answers, Channel, Intent, Reply } from '../src/ipc/channels.ts'
import { assertNever } from './assert-never.ts'
import { bridge } from './bridge.ts'
import { now, type Place, question, setProblem, setWaiting, snapshot, view, windowPlace } from './store.ts'

/** Asks main, shows that it takes a while at `place`, and puts a failure there. Answers whether it went well. */
export async function request<Name extends Channel>(place: Place, channel: Name, ask: Asks[Name]): Promise<boolean> {
  setProblem(place, undefined)
  setWaiting(place, true)
  const reply = await reach(channel, ask)
  setWaiting(place, false)
  if (!reply.ok) setProblem(place, reply.problem)
  return reply.ok
}

/** Main rejects only a page that is not ours, so that a rejection here means that the app itself is broken. */
async function reach<Name extends Channel>(channel: Name, ask: Asks[Name]): Promise<Reply<Answers[Name]>> {
  try {
    return await bridge.invoke(channel, ask)
  } catch {
    return {
      ok: false,
      problem: { code: 'internal_error', description: 'The app did not answer.', fix: 'Start TokenTray again.' },
    }
  }
}

/** Follows main: the first view, every later one, and what the person chose in the tray menu. */
export async function follow(): Promise<void> {
  bridge.on('view:changed', (next) => {
    view.value = next
    foldIfAnswered()
  })
  bridge.on('intent:waiting', takeIntent)
  const reply = await reach('view:get', undefined)
  if (reply.ok) view.value ??= reply.value
  else setProblem(windowPlace, reply.problem)
  await takeIntent()
}

/** Moves the countdowns, and only while they can be seen. */
export function tick(): void {
  const update = () => {
    if (document.visibilityState === 'visible') now.value = Math.floor(Date.now() / 1000)
  }
  setInterval(update, 1_000)
  document.addEventListener('visibilitychange', update)
}

async function takeIntent(): Promise<void> {
  const reply = await reach('intent:take', undefined)
  if (reply.ok && reply.value !== undefined) goOnWith(reply.value)
}

function goOnWith(intent: Intent): void {
  switch (intent.kind) {
    case 'paste':
      question.value = { kind: 'paste', login: intent.login }
      return
    case 'confirm_sign_out':
      question.value = { kind: 'sign_out', account: intent.account }
      return
    case 'problem':
      setProblem(intent.account ?? windowPlace, intent.problem)
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
  const stands =
    asked.kind === 'paste'
      ? present.logins.some((login) => login.id === asked.login)
      : present.accounts.some((row) => row.id === asked.account)
  if (!stands) question.value = undefined
}
