// A process that saves the grants of three accounts as fast as it can until it is killed. After each save that was confirmed it
// writes "<account> <number>" to the file of its arguments with one write, which the kernel keeps when the process is killed.
import { appendFileSync } from 'node:fs'
import { systemClock } from '../../../src/core/index.ts'
import type { KeyAnswer, KeyStore } from '../../../src/vault/key-store.ts'
import { MemoryAccountIndex } from '../../../src/vault/memory-vault.ts'
import { SealedVault } from '../../../src/vault/vault.ts'
import { sampleGrant } from './sample-grant.ts'

const [home = '', journal = '', key = '', from = '0'] = process.argv.slice(2)

const present = async (): Promise<KeyAnswer> => ({ kind: 'present', key: Buffer.from(key, 'hex') })
const keyStore: KeyStore = { kind: 'keychain', busy: false, read: present, create: present, unlocked: async () => true }
const vault = new SealedVault({ home, clock: systemClock, keyStore, index: new MemoryAccountIndex() })

await Promise.all(
  ['a', 'b', 'c'].map(async (account) => {
    for (let number = Number(from); ; number += 1) {
      await vault.save(account, sampleGrant(number, 3000 + ((number * 997) % 9000)))
      appendFileSync(journal, `${account} ${number}\n`)
    }
  }),
)
