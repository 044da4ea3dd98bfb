import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type AccountRecord, type Grant, Secret } from '../core/index.ts'
import { accountKind } from '../protocol/index.ts'
import { fromStoredRecord, storedIdentity, storedRecord, toStoredRecord } from './account-record.ts'
import { decrypt, encrypt, encrypted } from './authenticated-encryption.ts'
import { parseJson } from './json-text.ts'

/** What seals and opens the files of one vault: its id and its data key of 32 bytes. */
export interface Seal {
  readonly vault: string
  readonly key: Buffer
}

/** What one sealed file holds. The record is sealed beside the grant so that a lost index can be rebuilt. */
export interface SealedContents {
  readonly grant: Grant
  readonly record: AccountRecord
}

/** Four different answers, because each has a different way out. */
export type OpenedFile =
  | { readonly kind: 'opened'; readonly contents: SealedContents }
  | { readonly kind: 'newer'; readonly version: number }
  | { readonly kind: 'wrong_key' }
  | { readonly kind: 'damaged' }

const formatVersion = 1

const envelope = z.strictObject({
  tokentray_sealed: z.literal(formatVersion),
  vault: z.string().min(1),
  account: z.string().min(1),
  key_id: z.string(),
  ...encrypted,
})
export type Envelope = z.infer<typeof envelope>

const anyVersion = z.object({ tokentray_sealed: z.int().min(1) })

const plaintext = z.object({
  record: storedRecord,
  grant: z.object({
    provider: z.string(),
    issuer: z.string(),
    kind: accountKind.exactOptional(),
    client_id: z.string().exactOptional(),
    access_token: z.string(),
    token_type: z.string(),
    refresh_token: z.string().exactOptional(),
    id_token: z.string().exactOptional(),
    scope: z.string().exactOptional(),
    obtained_at: z.number(),
    expires_at: z.number().exactOptional(),
    refresh_expires_at: z.number().exactOptional(),
    earliest_refresh_at: z.number().exactOptional(),
    base_url: z.string().exactOptional(),
    unverified: z.literal(true).exactOptional(),
    identity: storedIdentity,
  }),
})

/** Names a data key without showing it, so that "another key" and "tampered" are different answers. */
export function keyId(key: Buffer): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 16)
}

/** Seals a grant into the text of its file. */
export function sealGrant(contents: SealedContents, seal: Seal): string {
  const account = contents.record.id
  const sealed: Envelope = {
    tokentray_sealed: formatVersion,
    vault: seal.vault,
    account,
    key_id: keyId(seal.key),
    ...encrypt(Buffer.from(serialize(contents), 'utf8'), associatedData(seal.vault, account), seal.key),
  }
  return `${JSON.stringify(sealed)}\n`
}

/** Opens the text of an account's file. A file of another account or vault is damaged here, whatever it says of itself. */
export function openGrant(text: string, account: string, seal: Seal): OpenedFile {
  const read = readEnvelope(text)
  if (read.kind !== 'envelope') return read
  const opened = decrypt(read.envelope, associatedData(seal.vault, account), seal.key)
  if (opened === undefined) return { kind: read.envelope.key_id === keyId(seal.key) ? 'damaged' : 'wrong_key' }
  const contents = deserialize(opened.toString('utf8'))
  return contents?.record.id === account ? { kind: 'opened', contents } : { kind: 'damaged' }
}

/** The readable part of a sealed file: whose it is and which key it needs. Nothing in it is proven before it is opened. */
export function readEnvelope(
  text: string,
):
  | { readonly kind: 'envelope'; readonly envelope: Envelope }
  | { readonly kind: 'newer'; readonly version: number }
  | { readonly kind: 'damaged' } {
  const value = parseJson(text)
  const version = anyVersion.safeParse(value).data?.tokentray_sealed
  if (version !== undefined && version > formatVersion) return { kind: 'newer', version }
  const parsed = envelope.safeParse(value)
  return parsed.success ? { kind: 'envelope', envelope: parsed.data } : { kind: 'damaged' }
}

/** Bound to the ciphertext by the tag, so that a file moved to another account or vault is refused. JSON keeps the parts apart. */
function associatedData(vault: string, account: string): Buffer {
  return Buffer.from(JSON.stringify([formatVersion, vault, account]), 'utf8')
}

/** Exposes the secrets of a grant: the result goes into the cipher and nowhere else. */
function serialize({ grant, record }: SealedContents): string {
  return JSON.stringify({
    record: toStoredRecord(record),
    grant: {
      provider: grant.provider,
      issuer: grant.issuer,
      kind: grant.kind,
      client_id: grant.clientId,
      access_token: grant.accessToken.expose(),
      token_type: grant.tokenType,
      refresh_token: grant.refreshToken?.expose(),
      id_token: grant.idToken?.expose(),
      scope: grant.scope,
      obtained_at: grant.obtainedAt,
      expires_at: grant.expiresAt,
      refresh_expires_at: grant.refreshExpiresAt,
      earliest_refresh_at: grant.earliestRefreshAt,
      base_url: grant.baseUrl,
      unverified: grant.unverified,
      identity: grant.identity,
    },
  })
}

function deserialize(text: string): SealedContents | undefined {
  const parsed = plaintext.safeParse(parseJson(text))
  if (!parsed.success) return undefined
  const { grant, record } = parsed.data
  return {
    record: fromStoredRecord(record),
    grant: {
      provider: grant.provider,
      issuer: grant.issuer,
      ...(grant.kind === undefined ? {} : { kind: grant.kind }),
      ...(grant.client_id === undefined ? {} : { clientId: grant.client_id }),
      accessToken: new Secret(grant.access_token),
      tokenType: grant.token_type,
      ...(grant.refresh_token === undefined ? {} : { refreshToken: new Secret(grant.refresh_token) }),
      ...(grant.id_token === undefined ? {} : { idToken: new Secret(grant.id_token) }),
      ...(grant.scope === undefined ? {} : { scope: grant.scope }),
      obtainedAt: grant.obtained_at,
      ...(grant.expires_at === undefined ? {} : { expiresAt: grant.expires_at }),
      ...(grant.refresh_expires_at === undefined ? {} : { refreshExpiresAt: grant.refresh_expires_at }),
      ...(grant.earliest_refresh_at === undefined ? {} : { earliestRefreshAt: grant.earliest_refresh_at }),
      ...(grant.base_url === undefined ? {} : { baseUrl: grant.base_url }),
      ...(grant.unverified ? { unverified: true as const } : {}),
      identity: grant.identity,
    },
  }
}
