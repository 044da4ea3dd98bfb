// Signed tokens, and the key to verify them with.
import { createSign, generateKeyPair, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'

interface KeyPair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

const strength = { modulusLength: 2048 }

export class Signing {
  /** Whether signatures are made that fit nothing. */
  wrong = false
  #pair: KeyPair
  #keyId = randomBytes(8).toString('hex')

  private constructor(pair: KeyPair) {
    this.#pair = pair
  }

  static async create(): Promise<Signing> {
    return new Signing(await promisify(generateKeyPair)('rsa', strength))
  }

  /** From now on another key signs, and the one before is not published any more. */
  rotate(): void {
    this.#pair = generateKeyPairSync('rsa', strength)
    this.#keyId = randomBytes(8).toString('hex')
  }

  /** A JWT signed with RS256 (RFC 7518 section 3.3). Each one is different. */
  token(claims: Readonly<Record<string, unknown>>): string {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const text = `${part({ alg: 'RS256', typ: 'JWT', kid: this.#keyId })}.${part({ jti: randomBytes(12).toString('hex'), ...claims })}`
    const signature = createSign('RSA-SHA256').update(text).sign(this.#pair.privateKey)
    return `${text}.${(this.wrong ? randomBytes(signature.length) : signature).toString('base64url')}`
  }

  /** RFC 7517 section 5. */
  jwks(): unknown {
    return { keys: [{ ...this.#pair.publicKey.export({ format: 'jwk' }), kid: this.#keyId, use: 'sig', alg: 'RS256' }] }
  }
}
