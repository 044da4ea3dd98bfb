import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bodyOf, brokerEnded, readAnswer, readObject, readSnapshots } from '../../src/client/index.ts'
import { BrokerError, type BrokerSnapshot, errorCodes, errorTable } from '../../src/protocol/index.ts'
import { anyJson, anyText, mutated, mutatedMembers } from '../support/mutations.ts'
import { propertyRuns, propertyTimeout, roundTripRuns } from '../support/property-runs.ts'

const answerOf = (status: number, body: string, head = '') =>
  `HTTP/1.1 ${status} OK\r\n${head}content-type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`

/** The body of an answer after which nothing more comes. */
function wholeAnswer(received: Buffer): string {
  const answer = readAnswer(received)
  if (answer === undefined) throw brokerEnded()
  return bodyOf(answer)
}

/** Calls the reader; the one thing it may throw is an error of the table. */
function attempt<T>(read: () => T): T | BrokerError {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error
    expect(errorTable).toHaveProperty(error.code)
    return error
  }
}

test(
  'an answer is read for its body, whatever that is',
  () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.constantFrom('', 'date: x\r\n', 'X: content-length: 9\r\n'),
        (body, head) => {
          expect(wholeAnswer(Buffer.from(answerOf(200, body, head)))).toBe(Buffer.from(body).toString('utf8'))
        },
      ),
      { numRuns: roundTripRuns },
    )
  },
  propertyTimeout,
)

test(
  'the error of the broker arrives as it was sent',
  () => {
    const sent = fc.record({
      error: fc.constantFrom(...errorCodes),
      error_description: fc.string(),
      fix: fc.string(),
      retry_after: fc.nat(),
    })
    fc.assert(
      fc.property(sent, (body) => {
        const error = attempt(() => wholeAnswer(Buffer.from(answerOf(errorTable[body.error].status, JSON.stringify(body)))))
        expect(error).toMatchObject({
          code: body.error,
          message: body.error_description,
          fix: body.fix,
          retryAfter: body.retry_after,
        })
      }),
      { numRuns: roundTripRuns },
    )
  },
  propertyTimeout,
)

test(
  'whatever comes instead of an answer, there is a body or an error of the table',
  () => {
    const valid = fc
      .tuple(fc.constantFrom(200, 401, 500), anyJson)
      .map(([status, body]) => answerOf(status, JSON.stringify(body)))
    fc.assert(
      fc.property(anyText(valid), fc.constantFrom<BufferEncoding>('utf8', 'latin1'), (text, encoding) => {
        const body = attempt(() => wholeAnswer(Buffer.from(text, encoding)))
        if (typeof body === 'string') attempt(() => readObject(body))
      }),
      { numRuns: propertyRuns },
    )
  },
  propertyTimeout,
)

const row = fc.record({
  id: fc.constantFrom('a', 'b', 'c', 'd'),
  provider: fc.string({ maxLength: 4 }),
  state: fc.record({ kind: fc.constant('active') }),
})
const rows = fc.uniqueArray(row, { selector: ({ id }) => id, maxLength: 4 })
const vault = fc.record({ store: fc.constant('memory'), state: fc.record({ kind: fc.constantFrom('ready', 'opening') }) })
const snapshot = fc.record({ sequence: fc.nat(), vault, accounts: rows, logins: rows })
const change = fc.record(
  { sequence: fc.nat(), vault, accounts: rows, removed: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd')), logins: rows },
  { requiredKeys: ['sequence'] },
)
const event = (name: string, data: unknown) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
const stream = fc.tuple(snapshot, fc.array(change, { maxLength: 4 })).map(([first, changes]) => {
  return event('snapshot', first) + changes.map((each) => event('change', each)).join(': still here\n\n')
})

/** A stream that arrives in pieces of these lengths, and then the rest of it. */
async function* inPieces(text: string, lengths: readonly number[]): AsyncGenerator<string> {
  let from = 0
  for (const length of lengths) {
    yield text.slice(from, from + length)
    from += length
  }
  yield text.slice(from)
}

async function collect(text: string, lengths: readonly number[] = []): Promise<readonly BrokerSnapshot[] | BrokerError> {
  const seen: BrokerSnapshot[] = []
  try {
    for await (const each of readSnapshots(inPieces(text, lengths))) seen.push(each)
    return seen
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error
    return error
  }
}

test(
  'a stream tells the same, in whatever pieces it arrives',
  async () => {
    await fc.assert(
      fc.asyncProperty(stream, fc.array(fc.nat(60), { maxLength: 12 }), async (text, lengths) => {
        const whole = (await collect(text)) as readonly BrokerSnapshot[]
        expect(whole.length).toBe(text.split('event: ').length - 1)
        expect(await collect(text, lengths)).toEqual(whole)
        for (const { accounts } of whole) expect(new Set(accounts.map(({ id }) => id)).size).toBe(accounts.length)
      }),
      { numRuns: roundTripRuns },
    )
  },
  propertyTimeout,
)

test(
  'whatever comes instead of events, there are snapshots with rows, or an error of the table',
  async () => {
    const odd = fc
      .array(
        fc.tuple(
          fc.constantFrom('snapshot', 'change', 'error', 'end'),
          fc.oneof(mutatedMembers(snapshot), mutatedMembers(change), anyJson),
        ),
      )
      .map((events) => events.map(([name, data]) => event(name, data)).join(''))
    await fc.assert(
      fc.asyncProperty(fc.oneof(mutated(stream), odd, fc.string()), async (text) => {
        const seen = await collect(text)
        if (seen instanceof BrokerError) return
        for (const { accounts, logins } of seen)
          for (const each of [...accounts, ...logins]) expect(typeof each.id).toBe('string')
      }),
      { numRuns: propertyRuns },
    )
  },
  propertyTimeout,
)
