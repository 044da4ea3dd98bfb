import { z } from 'zod'

export type Members = Readonly<Record<string, unknown>>

const members = z.record(z.string(), z.unknown())

/** The object of a JSON text. Throws for anything else. */
export const parseMembers = (text: string): Members => members.parse(JSON.parse(text))

/** A member that is an object; empty when it is not. */
export function objectOf(from: Members, name: string): Members {
  const found = members.safeParse(Object.hasOwn(from, name) ? from[name] : undefined)
  return found.success ? found.data : {}
}

/** The members that are objects, with their names. */
export const objectsOf = (from: Members): readonly (readonly [string, Members])[] =>
  Object.keys(from)
    .map((name) => [name, objectOf(from, name)] as const)
    .filter(([, value]) => Object.keys(value).length > 0)

/** A member that is a text which is not empty. */
export function textOf(from: Members, name: string): string | undefined {
  const value = Object.hasOwn(from, name) ? from[name] : undefined
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Later than every login; a larger number is in another unit. Milliseconds. */
const latest = Date.UTC(2200, 0)

/** A time in milliseconds. Zero is how some programs write "never". `unit` is how many milliseconds one of it has. */
export function timeOf(value: unknown, unit: 1 | 1000): number | undefined {
  const time = (typeof value === 'string' ? Number(value) : typeof value === 'number' ? value : Number.NaN) * unit
  return Number.isFinite(time) && time > 0 && time < latest ? Math.trunc(time) : undefined
}

/** A time in milliseconds, of RFC 3339. */
export function dateOf(value: unknown): number | undefined {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return time > 0 && time < latest ? time : undefined
}

/** Leaves out what is undefined, so that a member that is there has a value. */
export function known<Value extends object>(values: Value): { [Name in keyof Value]?: Exclude<Value[Name], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Value]?: Exclude<Value[Name], undefined>
  }
}
