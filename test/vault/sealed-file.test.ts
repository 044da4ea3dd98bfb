import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { keyId, openGrant, readEnvelope, type Seal, sealGrant } from '../../src/vault/sealed-file.ts'
import { canary, sampleGrant, sampleRecord, shown } from './samples.ts'

const seal: Seal = { vault: 'vault-1', key: randomBytes(32) }
const contents = { grant: sampleGrant(7, 40), record: sampleRecord('openai-codex-1', 'work') }
const text = sealGrant(contents, seal)
const account = contents.record.id

describe('a sealed file', () => {
  test('gives back the grant and the record, and shows no token', () => {
    const opened = openGrant(text, account, seal)
    expect(opened.kind).toBe('opened')
    if (opened.kind !== 'opened') return
    expect(shown(opened.contents.grant)).toEqual(shown(contents.grant))
    expect(opened.contents.record).toEqual(contents.record)
    expect(text).not.toContain(canary)
    expect(Buffer.from(text).includes(Buffer.from(canary).toString('base64').slice(0, 12))).toBe(false)
    expect(text).not.toContain('ann@example.com')
  })

  test('never uses a nonce twice', () => {
    const nonces = Array.from({ length: 200 }, () => {
      const read = readEnvelope(sealGrant(contents, seal))
      return read.kind === 'envelope' ? read.envelope.nonce : ''
    })
    expect(new Set(nonces).size).toBe(200)
  })

  test('is refused when any byte is changed, or answers exactly what was sealed', () => {
    const bytes = Buffer.from(text)
    const answers = new Map<string, number>()
    for (let at = 0; at < bytes.length; at += 1) {
      for (const flip of [0x01, 0x20, 0x80]) {
        const changed = Buffer.from(bytes)
        changed[at] = (changed[at] ?? 0) ^ flip
        const opened = openGrant(changed.toString('utf8'), account, seal)
        answers.set(opened.kind, (answers.get(opened.kind) ?? 0) + 1)
        // The key id is not under the tag, and white space is no content: such a change may open, but never to something else.
        if (opened.kind === 'opened') expect(shown(opened.contents.grant)).toEqual(shown(contents.grant))
      }
    }
    expect(answers.get('damaged')).toBeGreaterThan(bytes.length * 2.5)
  })

  test('is refused when it is truncated anywhere', () => {
    for (let length = 0; length < text.length - 1; length += 1) {
      expect(openGrant(text.slice(0, length), account, seal).kind).toBe('damaged')
    }
  })

  test('is refused with each part exchanged for the one of another file', () => {
    const other = JSON.parse(sealGrant({ grant: sampleGrant(8, 40), record: contents.record }, seal))
    for (const part of ['nonce', 'ciphertext', 'tag']) {
      const mixed = JSON.stringify({ ...JSON.parse(text), [part]: other[part] })
      expect(openGrant(mixed, account, seal).kind).toBe('damaged')
    }
  })

  test('is refused under another account or vault, even when it claims to belong there', () => {
    const renamed = (changes: object) => JSON.stringify({ ...JSON.parse(text), ...changes })
    expect(openGrant(text, 'openai-codex-2', seal).kind).toBe('damaged')
    expect(openGrant(renamed({ account: 'openai-codex-2' }), 'openai-codex-2', seal).kind).toBe('damaged')
    expect(openGrant(text, account, { ...seal, vault: 'vault-2' }).kind).toBe('damaged')
  })

  test('tells another key from damage', () => {
    const other = { ...seal, key: randomBytes(32) }
    expect(openGrant(text, account, other)).toEqual({ kind: 'wrong_key' })
    expect(keyId(seal.key)).not.toBe(keyId(other.key))
    expect(keyId(seal.key)).toMatch(/^[0-9a-f]{16}$/)
  })

  test('of a future format is its own answer, whatever else it holds', () => {
    expect(openGrant('{"tokentray_sealed":2,"anything":[]}', account, seal)).toEqual({ kind: 'newer', version: 2 })
  })

  test('with a shortened tag or nonce is refused', () => {
    const envelope = JSON.parse(text)
    for (const part of ['tag', 'nonce']) {
      const short = Buffer.from(envelope[part], 'base64').subarray(0, 4).toString('base64')
      expect(openGrant(JSON.stringify({ ...envelope, [part]: short }), account, seal).kind).toBe('damaged')
    }
  })

  test.each(['', 'null', '[]', '"x"', '{}', '{"tokentray_sealed":0}', '{"tokentray_sealed":1}'])('is damaged as %j', (odd) => {
    expect(openGrant(odd, account, seal)).toEqual({ kind: 'damaged' })
  })
})
