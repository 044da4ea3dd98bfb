import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { z } from 'zod'

const algorithm = 'aes-256-gcm'
/** The length NIST SP 800-38D section 8.2.2 recommends for a random nonce. Bytes. */
const nonceLength = 12
/** A shorter tag would be easier to forge, so that only the full length is accepted. Bytes. */
const tagLength = 16

/** Standard base64 of exactly that many bytes. */
export const base64Bytes = (length: number) => z.base64().refine((text) => Buffer.from(text, 'base64').length === length)

/** The members that an encrypted text has in a file. */
export const encrypted = { nonce: base64Bytes(nonceLength), ciphertext: z.base64(), tag: base64Bytes(tagLength) }

export interface Encrypted {
  readonly nonce: string
  readonly ciphertext: string
  readonly tag: string
}

/** `data` is bound to the ciphertext by the tag. The nonce is fresh each time: GCM breaks when a key meets a nonce twice. */
export function encrypt(plaintext: Buffer, data: Buffer, key: Buffer): Encrypted {
  const nonce = randomBytes(nonceLength)
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagLength })
  cipher.setAAD(data)
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()])
  return {
    nonce: nonce.toString('base64'),
    ciphertext: ciphertext.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
  }
}

/** Undefined when key, data and text do not belong together. */
export function decrypt(text: Encrypted, data: Buffer, key: Buffer): Buffer | undefined {
  const decipher = createDecipheriv(algorithm, key, Buffer.from(text.nonce, 'base64'), { authTagLength: tagLength })
  decipher.setAAD(data)
  decipher.setAuthTag(Buffer.from(text.tag, 'base64'))
  try {
    return Buffer.concat([decipher.update(text.ciphertext, 'base64'), decipher.final()])
  } catch {
    // `final` throws when the tag does not fit; nothing that was decrypted until then may be used.
    return undefined
  }
}
