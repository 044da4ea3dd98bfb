import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BrokerError } from '../../src/protocol/index.ts'
import { sealGrant } from '../../src/vault/sealed-file.ts'
import { vaultFolder } from '../../src/vault/vault-folder.ts'
import { readIdentity } from '../../src/vault/vault-identity.ts'
import { anyJson, anyText, mutated, mutatedMembers } from '../support/mutations.ts'
import { propertyRuns, propertyTimeout, roundTripRuns } from '../support/property-runs.ts'
import { memoryFiles } from './memory-files.ts'
import { sampleGrant, sampleRecord } from './samples.ts'

const main = '/home/vault/vault.json'
const previous = `${main}.previous`
const sealedFile = '/home/vault/grants/a.sealed'
const seal = { vault: 'vault-of-the-files', key: randomBytes(32) }
const sealed = sealGrant({ grant: sampleGrant(1, 10), record: sampleRecord('a') }, seal)

const identity = fc.record({
  version: fc.constant(1),
  id: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
  store: fc.constant('keychain'),
})
const written = identity.map((value) => `${JSON.stringify(value)}\n`)
const anything = fc.oneof(
  anyText(written),
  mutatedMembers(identity).map((value) => JSON.stringify(value)),
  anyJson.map((value) => JSON.stringify(value)),
)

/** What a start finds in a vault of these files; the second start after it must find the same. */
async function idOf(contents: Readonly<Record<string, string | undefined>>): Promise<string | BrokerError> {
  const given = Object.entries(contents).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const { files } = memoryFiles(new Map(given))
  const folder = vaultFolder('/home', () => 1_900_000_000_000, files)
  const read = () =>
    readIdentity(folder, 'keychain').then(
      ({ id }) => id,
      (error: unknown) => {
        if (error instanceof BrokerError) return error
        throw error
      },
    )
  const [first, second] = [await read(), await read()]
  if (typeof first === 'string') expect(second).toBe(first)
  else expect(first).toMatchObject({ code: 'vault_unavailable', fix: expect.any(String) })
  return first
}

test(
  'a good file tells the id, whatever is beside it',
  async () => {
    await fc.assert(
      fc.asyncProperty(identity, fc.option(anything, { nil: undefined }), async (value, beside) => {
        expect(await idOf({ [main]: JSON.stringify(value), [previous]: beside, [sealedFile]: sealed })).toBe(value.id)
      }),
      { numRuns: roundTripRuns },
    )
  },
  propertyTimeout,
)

test(
  'a damaged file gives way to its last good copy, then to the sealed files; the id is never made up while one of them tells it',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.option(mutated(written), { nil: undefined }),
        fc.option(written, { nil: undefined }),
        async (text, copy) => {
          const id = await idOf({ [main]: text, [previous]: copy, [sealedFile]: sealed })
          // A fault may leave a file that is still a good one, or that says it is from the future or of another store.
          const value = parsed(text)
          if (typeof value?.id === 'string' && value.version === 1) return
          if (typeof value?.version === 'number' && value.version > 1) return expect(id).toBeInstanceOf(BrokerError)
          expect(id).toBe(copy === undefined ? seal.vault : parsed(copy)?.id)
        },
      ),
      { numRuns: roundTripRuns },
    )
  },
  propertyTimeout,
)

test(
  'whatever the files hold, there is an id, or an error with advice',
  async () => {
    const text = fc.option(anything, { nil: undefined })
    await fc.assert(
      fc.asyncProperty(text, text, fc.option(anyText(fc.constant(sealed)), { nil: undefined }), async (one, two, three) => {
        const id = await idOf({ [main]: one, [previous]: two, [sealedFile]: three })
        if (typeof id === 'string') expect(id.length > 0 && id.length < 10_000).toBe(true)
      }),
      { numRuns: propertyRuns },
    )
  },
  propertyTimeout,
)

function parsed(text: string | undefined): { version?: unknown; id?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '')
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
