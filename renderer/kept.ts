import { type ReadonlySignal, signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Asks } from '../src/ipc/asks.ts'
import type { Answers, Channel } from '../src/ipc/channels.ts'
import { reach } from './requests.ts'
import { type Place, problemAt, setProblem, view } from './store.ts'

/** The channels that are asked without saying anything. */
type ReadChannel = { [Name in Channel]: Asks[Name] extends undefined ? Name : never }[Channel]

/** What main told when it was asked last; undefined until it has. */
export interface Kept<Value> {
  readonly value: ReadonlySignal<Value | undefined>
  /** Asks once more. While main has not answered, further calls wait for one more question together. */
  readonly read: () => void
  /** Main told it with another answer, which is newer than every question that is out. */
  readonly put: (value: Value) => void
}

type Reader = Pick<Kept<unknown>, 'read'>

export function kept<Name extends ReadChannel>(place: Place, channel: Name): Kept<Answers[Name]> {
  const value = signal<Answers[Name] | undefined>(undefined)
  let [reading, again, overtaken, failing] = [false, false, false, false]

  const readOnce = async () => {
    again = false
    overtaken = false
    const reply = await reach(channel, undefined as Asks[Name])
    if (overtaken) return
    if (reply.ok) value.value = reply.value
    // The same failure every few seconds is read aloud once, and stays dismissed.
    if (reply.ok && failing) setProblem(place, undefined)
    if (!reply.ok && !failing) setProblem(place, reply.problem)
    failing = !reply.ok
  }

  const read = async () => {
    again = true
    if (reading) return
    reading = true
    while (again) await readOnce()
    reading = false
  }

  return {
    value,
    read: () => void read(),
    put: (next) => {
      value.value = next
      if (reading) [overtaken, again] = [true, true]
      if (failing && problemAt(place) !== undefined) setProblem(place, undefined)
      failing = false
    },
  }
}

/** Milliseconds. */
const often = 15_000

/** Asks when something opens, when the window is seen again, and every few seconds as long as it is seen. */
export function useReading(...all: readonly Reader[]): void {
  useEffect(() => {
    const read = () => {
      if (document.visibilityState !== 'visible') return
      for (const each of all) each.read()
    }
    read()
    const timer = setInterval(read, often)
    document.addEventListener('visibilitychange', read)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', read)
    }
  }, [])
}

/** As `useReading`, and whenever main tells of a change. */
export function useReadingWithView(...all: readonly Reader[]): void {
  useReading(...all)
  const seen = view.value
  const known = useRef(seen)
  useEffect(() => {
    if (known.current === seen) return
    known.current = seen
    for (const each of all) each.read()
  }, [seen])
}
