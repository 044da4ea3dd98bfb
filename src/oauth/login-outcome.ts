import type { BrokerError } from '../protocol/index.ts'

/** The end of a login, which comes once. What comes after it changes nothing. */
export interface LoginOutcome<Value> {
  readonly promise: Promise<Value>
  readonly open: boolean
  /** Claims the end; answers false when it was claimed already. */
  claim(): boolean
  resolve(value: Value | Promise<Value>): void
  reject(error: BrokerError): void
}

/** `resolve` and `reject` claim the end themselves, unless it was claimed with `claim` before. */
export function outcomeOf<Value>(): LoginOutcome<Value> {
  let settle: { resolve(value: Value | Promise<Value>): void; reject(error: unknown): void } | undefined
  const promise = new Promise<Value>((resolve, reject) => {
    settle = { resolve, reject }
  })
  // Whoever waits for the outcome hears of a failure; nobody waiting yet must not end the process.
  promise.catch(() => {})
  let open = true
  const claim = () => {
    const first = open
    open = false
    return first
  }
  const once = (end: (to: NonNullable<typeof settle>) => void) => {
    claim()
    if (settle !== undefined) end(settle)
    settle = undefined
  }
  return {
    promise,
    get open() {
      return open
    },
    claim,
    resolve: (value) => once(({ resolve }) => resolve(value)),
    reject: (error) => once(({ reject }) => reject(error)),
  }
}
