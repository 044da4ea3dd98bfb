import { randomBytes, scrypt } from 'node:crypto'
import { z } from 'zod'
import type { Secret } from '../core/index.ts'
import { base64Bytes, decrypt, encrypt, encrypted } from './authenticated-encryption.ts'
import { parseJson } from './json-text.ts'
import { keyLength } from './key-store.ts'

/** The parameters of scrypt (RFC 7914 section 2): it needs 128 · n · r bytes, and time in proportion to n · r · p. */
export interface ScryptCost {
  readonly n: number
  readonly r: number
  readonly p: number
}

/**
 * 64 MiB and 100 to 300 ms on the machines of the last ten years. Twice as much would still be bearable for a person, but a small
 * server that runs nothing but the daemon should not fail for want of memory at the one moment when it needs its logins.
 */
export const usualCost: ScryptCost = { n: 65_536, r: 8, p: 1 }

/** Four times the memory of today's files; a file that wants more is none of ours, and must not make us allocate it. Bytes. */
const memoryLimit = 268_435_456
const saltLength = 16
const formatVersion = 1

const memoryOf = ({ n, r }: ScryptCost): number => 128 * n * r

const kdf = z
  .strictObject({
    name: z.literal('scrypt'),
    n: z.int().min(2).max(memoryLimit),
    r: z.int().min(8).max(32),
    p: z.int().min(1).max(4),
    salt: base64Bytes(saltLength),
  })
  .refine((parameters) => Number.isInteger(Math.log2(parameters.n)) && memoryOf(parameters) <= memoryLimit)

const keyFile = z.strictObject({
  version: z.literal(formatVersion),
  vault: z.string().min(1).max(120),
  kdf,
  ...encrypted,
  ciphertext: base64Bytes(keyLength),
})
export type KeyFile = z.infer<typeof keyFile>

const anyVersion = z.object({ version: z.int().min(1) })

/** Reads the text of `key.json`. Nothing in it is proven before it is opened. */
export function readKeyFile(
  text: string,
): { readonly kind: 'file'; readonly file: KeyFile } | { readonly kind: 'newer' } | { readonly kind: 'damaged' } {
  const value = parseJson(text)
  if ((anyVersion.safeParse(value).data?.version ?? 0) > formatVersion) return { kind: 'newer' }
  const parsed = keyFile.safeParse(value)
  return parsed.success ? { kind: 'file', file: parsed.data } : { kind: 'damaged' }
}

/** The text of `key.json`: the data key, encrypted with a key that scrypt makes of the passphrase. */
export async function wrapKey(vault: string, key: Buffer, passphrase: Secret, cost: ScryptCost): Promise<string> {
  const parameters = { name: 'scrypt' as const, ...cost, salt: randomBytes(saltLength).toString('base64') }
  const wrapping = await derive(passphrase, parameters)
  const file: KeyFile = {
    version: formatVersion,
    vault,
    kdf: parameters,
    ...encrypt(key, associatedData(vault, parameters), wrapping),
  }
  wrapping.fill(0)
  return `${JSON.stringify(file)}\n`
}

/** The data key, or undefined when the passphrase is another one or the file was changed, which cannot be told apart. */
export async function unwrapKey(file: KeyFile, passphrase: Secret): Promise<Buffer | undefined> {
  const wrapping = await derive(passphrase, file.kdf)
  const key = decrypt(file, associatedData(file.vault, file.kdf), wrapping)
  wrapping.fill(0)
  return key
}

/** The asynchronous scrypt works in a thread of libuv, so that the broker goes on meanwhile. */
function derive(passphrase: Secret, { n, r, p, salt }: KeyFile['kdf']): Promise<Buffer> {
  // NFC, because a keyboard on macOS and one on Linux may write the same letter as different code points (RFC 8265 section 4.2).
  const text = passphrase.expose().normalize('NFC')
  // Node refuses more than 32 MiB unless told otherwise, and counts some blocks beside the large table.
  const options = { N: n, r, p, maxmem: 2 * memoryOf({ n, r, p }) }
  return new Promise((resolve, reject) => {
    scrypt(text, Buffer.from(salt, 'base64'), keyLength, options, (error, key) => (error === null ? resolve(key) : reject(error)))
  })
}

function associatedData(vault: string, { name, n, r, p, salt }: KeyFile['kdf']): Buffer {
  return Buffer.from(JSON.stringify([formatVersion, vault, name, n, r, p, salt]), 'utf8')
}
