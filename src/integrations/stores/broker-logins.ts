import { createHash, createHmac, randomBytes } from 'node:crypto'
import type { FingerprintResponse } from '../../protocol/index.ts'
import type { BrokerLogins } from './find-stores.ts'

/** What the broker holds, asked for under a key of this one question, so that its answer tells nothing to anybody else. */
export async function askBrokerLogins(fingerprints: (key: string) => Promise<FingerprintResponse>): Promise<BrokerLogins> {
  const key = randomBytes(32)
  const { accounts } = await fingerprints(key.toString('hex'))
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
  return {
    accounts: new Map(accounts.flatMap(({ account, fingerprints: each }) => each.map((one) => [one, account] as const))),
    fingerprint: (token) => createHmac('sha256', key).update(sha256(token)).digest('hex'),
  }
}
