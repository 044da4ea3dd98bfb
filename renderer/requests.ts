import type { Asks } from '../src/ipc/asks.ts'
import type { Answers, Channel, Reply } from '../src/ipc/channels.ts'
import { bridge } from './bridge.ts'
import { words } from './language.ts'
import { type Place, setProblem, setWaiting } from './store.ts'

/** Asks main, shows that it takes a while at `place`, and puts a failure there. Answers whether it went well. */
export async function request<Name extends Channel>(place: Place, channel: Name, ask: Asks[Name]): Promise<boolean> {
  const reply = await requestReply(place, channel, ask)
  if (!reply.ok) setProblem(place, reply.problem)
  return reply.ok
}

/** Asks main and shows that it takes a while at `place`. What the answer means there is the caller's to say. */
export async function requestReply<Name extends Channel>(
  place: Place,
  channel: Name,
  ask: Asks[Name],
): Promise<Reply<Answers[Name]>> {
  setProblem(place, undefined)
  setWaiting(place, true)
  const reply = await reach(channel, ask)
  setWaiting(place, false)
  return reply
}

/** Main rejects only a page that is not ours, so that a rejection here means that the app itself is broken. */
export async function reach<Name extends Channel>(channel: Name, ask: Asks[Name]): Promise<Reply<Answers[Name]>> {
  try {
    return await bridge.invoke(channel, ask)
  } catch {
    const { noAnswer, startAgain } = words().controls
    return { ok: false, problem: { code: 'internal_error', description: noAnswer, fix: startAgain } }
  }
}
