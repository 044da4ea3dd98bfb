// Input that is almost right. A random string hardly ever gets past the first check of a parser; a valid one with a fault in it does.
import fc from 'fast-check'

type Edit = (text: string) => string

/** Pieces that mean something to the parsers of this project. */
const pieces = [
  '', '\0', '\r\n', '\n\n', ' ', '#', '?', '&', '=', ':', '%', '%00', '%2e%2e', '//', '/../', '"', '\\', '{', '}', '[', ']', ',',
  'null', 'true', '1e999', '-1', '0x10', '\u2028', '\ud800', '\u{1f511}', '__proto__', 'constructor', 'code=', 'state=', 'error=',
  'data: ', 'event: ', 'HTTP/1.1 200', 'content-length: 0', 'localhost', '127.0.0.1', '=', '==', '9'.repeat(400),
] // biome-ignore format: a list of small things

const edit: fc.Arbitrary<Edit> = fc
  .record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.oneof(fc.nat(3), fc.nat(60)),
    piece: fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary', maxLength: 6 })),
    kind: fc.constantFrom('insert', 'replace', 'delete', 'repeat', 'cut', 'flip', 'case'),
  })
  .map(({ at, length, piece, kind }) => (text) => {
    const from = Math.min(text.length, Math.floor(at * (text.length + 1)))
    const to = Math.min(text.length, from + length)
    const [before, middle, after] = [text.slice(0, from), text.slice(from, to), text.slice(to)]
    switch (kind) {
      case 'insert':
        return before + piece + middle + after
      case 'replace':
        return before + piece + after
      case 'delete':
        return before + after
      case 'repeat':
        return before + middle + middle + after
      case 'cut':
        return before
      case 'flip':
        return before + String.fromCharCode((middle.charCodeAt(0) || 0) ^ 1) + middle.slice(1) + after
      default:
        return before + (middle === middle.toUpperCase() ? middle.toLowerCase() : middle.toUpperCase()) + after
    }
  })

/** A valid text with one to three faults in it. */
export function mutated(valid: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(valid, fc.array(edit, { minLength: 1, maxLength: 3 })).map(([text, edits]) => {
    return edits.reduce((current, each) => each(current), text)
  })
}

/** Any value of JSON, the ones that parsers stumble over among them. */
export const anyJson: fc.Arbitrary<unknown> = fc.oneof(
  { maxDepth: 3 },
  fc.constantFrom(null, true, false, 0, -0, -1, 1.5, 1e308, 5e-324, 2 ** 53, '', '0', '-1', 'null', '1e999', ' ', [], {}, [[]]),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.string({ maxLength: 12 }),
  fc.jsonValue({ maxDepth: 2 }),
)

/** A valid object in which members are missing, exchanged for something else, or too many. */
export function mutatedMembers(valid: fc.Arbitrary<Readonly<Record<string, unknown>>>): fc.Arbitrary<Record<string, unknown>> {
  const change = fc.record({ at: fc.nat(), name: fc.string({ maxLength: 8 }), value: anyJson, kind: fc.nat(3) })
  return fc.tuple(valid, fc.array(change, { maxLength: 3 })).map(([object, changes]) => {
    const members = Object.entries(object)
    for (const { at, name, value, kind } of changes) {
      const place = at % Math.max(1, members.length)
      const present = members[place]?.[0] ?? name
      if (kind === 0) members.splice(place, 1)
      else if (kind === 1) members.push([name, value])
      else if (members.length > 0) members[place] = [present, value]
    }
    return Object.fromEntries(members)
  })
}

/** Whatever comes, a valid text among it. */
export function anyText(valid: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
    { weight: 1, arbitrary: valid },
    {
      weight: 6,
      arbitrary: mutated(valid),
    },
  )
}

/** A token as servers make them: long, of the characters of RFC 6750 section 2.1, and not a word. */
export const secretText: fc.Arbitrary<string> = fc
  .tuple(
    fc.string({
      unit: fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/'),
      minLength: 20,
      maxLength: 48,
    }),
    fc.nat(9),
  )
  .map(([text, digit]) => `${text}${digit}`)
