/** Closes a union: the compiler refuses a call that can be reached. */
export function assertNever(value: never): never {
  throw new TypeError(`unhandled case: ${JSON.stringify(value)}`)
}
