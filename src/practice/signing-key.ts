import { createPrivateKey, generateKeyPair, type JsonWebKey, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { JWK } from 'oidc-provider'
import writeFileAtomic from 'write-file-atomic'
import { isMissing, setAside } from './kept-files.ts'

/** Servers in memory share one key per process: making it takes longer than all the rest of a start. */
let memoryKey: Promise<JWK> | undefined

/** The key that signs id_tokens: the kept one, or a new one. RS256, because OpenID Connect Core section 15.1 promises it to every client. */
export async function signingKey(folder: string | undefined): Promise<JWK> {
  if (folder === undefined) {
    memoryKey ??= newKey()
    return memoryKey
  }
  const file = join(folder, 'practice-signing-key.json')
  const kept = await keptKey(file)
  if (kept !== undefined) return kept
  const key = await newKey()
  await writeFileAtomic(file, JSON.stringify(key), { mode: 0o600 })
  return key
}

async function keptKey(file: string): Promise<JWK | undefined> {
  try {
    const key = JSON.parse(await readFile(file, 'utf8')) as JsonWebKey & JWK
    if (createPrivateKey({ key, format: 'jwk' }).asymmetricKeyType === 'rsa') return key
  } catch (error) {
    if (isMissing(error)) return undefined
  }
  await setAside(file)
  return undefined
}

async function newKey(): Promise<JWK> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  return { ...(privateKey.export({ format: 'jwk' }) as JWK), kid: randomUUID(), use: 'sig', alg: 'RS256' }
}
