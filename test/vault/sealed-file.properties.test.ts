import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type AccountRecord, type Grant, Secret } from '../../src/core/index.ts'
import { openGrant, readEnvelope, type Seal, sealGrant } from '../../src/vault/sealed-file.ts'
import { anyJson, anyText, mutated, mutatedMembers } from '../support/mutations.ts'
import { propertyRuns, propertyTimeout, roundTripRuns } from '../support/property-runs.ts'
import { canary, sampleGrant, sampleRecord, shown } from './samples.ts'

const seal: Seal = { vault: 'vault-1', key: randomBytes(32) }
const other: Seal = { vault: 'vault-1', key: randomBytes(32) }

const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
const time = fc.integer({ min: 0, max: 4_000_000_000_000 })
const present = <T extends object>(members: T) =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
const identity = fc
  .record({
    key: optional(word),
    email: optional(word),
    name: optional(word),
    attributes: optional(fc.record({ workspace: word, plan_type: word }, { requiredKeys: [] })),
  })
  .map(present)
const grant = fc
  .record({
    provider: word,
    issuer: word,
    kind: optional(fc.constantFrom('api_key', 'setup_token')),
    clientId: optional(word),
    accessToken: word.map((text) => new Secret(text)),
    tokenType: word,
    refreshToken: optional(word.map((text) => new Secret(text))),
    idToken: optional(word.map((text) => new Secret(text))),
    scope: optional(word),
    obtainedAt: time,
    expiresAt: optional(time),
    refreshExpiresAt: optional(time),
    earliestRefreshAt: optional(time),
    baseUrl: optional(word),
    identity,
  })
  .map((members) => present(members) as unknown as Grant)
const record = fc
  .record({
    id: word,
    provider: word,
    issuer: word,
    label: optional(word),
    kind: optional(fc.constantFrom('api_key', 'setup_token')),
    identity,
    imported: optional(word),
    disabled: optional(fc.constant(true)),
    createdAt: time,
    rulesAccepted: optional(word),
  })
  .map((members) => present(members) as unknown as AccountRecord)

test(
  'any login comes back as it was sealed, under its own account, vault and key alone',
  () => {
    fc.assert(
      fc.property(grant, record, word, (held, account, stranger) => {
        const text = sealGrant({ grant: held, record: account }, seal)
        const opened = openGrant(text, account.id, seal)
        if (opened.kind !== 'opened') throw new Error(opened.kind)
        expect(JSON.stringify(shown(opened.contents.grant))).toBe(JSON.stringify(shown(held)))
        expect(JSON.stringify(opened.contents.record)).toBe(JSON.stringify(account))
        expect(openGrant(text, account.id, other)).toEqual({ kind: 'wrong_key' })
        expect(openGrant(text, account.id, { ...seal, vault: 'vault-2' })).toEqual({ kind: 'damaged' })
        if (stranger !== account.id) expect(openGrant(text, stranger, seal)).toEqual({ kind: 'damaged' })
      }),
      { numRuns: roundTripRuns },
    )
  },
  propertyTimeout,
)

const mine = { grant: sampleGrant(7, 40), record: sampleRecord('openai-codex-1', 'work') }
const theirs = { grant: sampleGrant(8, 40), record: sampleRecord('openai-codex-2', 'home') }
const texts = [sealGrant(mine, seal), sealGrant(mine, seal), sealGrant(theirs, seal), sealGrant(mine, other)]
const [first = '', , foreign = ''] = texts
const whole = JSON.stringify(shown(mine.grant))

/** Never a throw, and never anything but what this very account has sealed. */
function expectNothingElse(text: string): void {
  const opened = openGrant(text, mine.record.id, seal)
  expect(['opened', 'newer', 'wrong_key', 'damaged']).toContain(opened.kind)
  if (opened.kind !== 'opened') {
    expect(JSON.stringify(opened)).not.toContain(canary)
    return
  }
  expect(JSON.stringify(shown(opened.contents.grant))).toBe(whole)
  expect(opened.contents.record).toEqual(mine.record)
}

test(
  'a file with a fault in it is refused, or holds what was sealed',
  () => {
    fc.assert(
      fc.property(anyText(fc.constantFrom(...texts)), (text) => {
        expectNothingElse(text)
        expect(['envelope', 'newer', 'damaged']).toContain(readEnvelope(text).kind)
      }),
      { numRuns: propertyRuns },
    )
  },
  propertyTimeout,
)

test(
  'parts of several files, and parts that are something else, do not make a good one',
  () => {
    const [one, two, three, four] = texts.map((text) => JSON.parse(text) as Record<string, unknown>)
    const part = (name: string) =>
      fc.oneof({ weight: 6, arbitrary: fc.constantFrom(one?.[name], two?.[name], three?.[name], four?.[name]) }, anyJson)
    const mixed = fc.record({
      tokentray_sealed: fc.oneof({ weight: 6, arbitrary: fc.constant<unknown>(1) }, anyJson),
      vault: part('vault'),
      account: part('account'),
      key_id: part('key_id'),
      nonce: part('nonce'),
      ciphertext: part('ciphertext'),
      tag: part('tag'),
    })
    fc.assert(
      fc.property(fc.oneof(mixed, mutatedMembers(mixed)), (envelope) => expectNothingElse(JSON.stringify(envelope))),
      { numRuns: propertyRuns },
    )
  },
  propertyTimeout,
)

test(
  'a change of what is sealed is never taken',
  () => {
    const part = fc.constantFrom('nonce', 'ciphertext', 'tag')
    fc.assert(
      fc.property(part, fc.nat(), fc.integer({ min: 1, max: 255 }), (name, at, flip) => {
        const envelope = JSON.parse(first) as Record<string, string>
        const bytes = Buffer.from(envelope[name] ?? '', 'base64')
        bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ flip
        const text = JSON.stringify({ ...envelope, [name]: bytes.toString('base64') })
        expect(openGrant(text, mine.record.id, seal)).toEqual({ kind: 'damaged' })
      }),
      { numRuns: roundTripRuns },
    )
  },
  propertyTimeout,
)

test(
  'the file of another account is refused, whatever it says of itself',
  () => {
    const claim = fc.record(
      { account: fc.constant(mine.record.id), key_id: fc.stringMatching(/^[0-9a-f]{16}$/) },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.oneof(claim, mutatedMembers(claim)), mutated(fc.constant(mine.record.id)), (changes, name) => {
        const text = JSON.stringify({ ...JSON.parse(foreign), ...changes })
        expect(openGrant(text, mine.record.id, seal).kind).not.toBe('opened')
        if (name !== theirs.record.id) expect(openGrant(foreign, name, seal).kind).not.toBe('opened')
      }),
      { numRuns: roundTripRuns },
    )
  },
  propertyTimeout,
)
