// A process that saves the grants of three accounts as fast as it can until it is killed. After each save that was confirmed it
// writes "<account> <number>" to the file of its arguments with one write, which the kernel keeps when the process is killed.
import { appendFileSync } from 'node:fs'
import { systemClock } from '../../../src/core/index.ts'
import { createVault, type KeyAnswer, type KeyStore } from '../../../src/vault/index.ts'
import { sampleGrant } from './sample-grant.ts'

const [home = '', journal = '', key = '', from = '0'] = process.argv.slice(2)

const present = async (): Promise<KeyAnswer> => ({ kind: 'present', key: Buffer.from(key, 'hex') })
const keychain: KeyStore = { busy: false, read: present, write: present, remove: present, unlocked: async () => true }
const { vault } = createVault({ home, clock: systemClock, keychain })

await Promise.all(
  ['a', 'b', 'c'].map(async (account) => {
    for (let number = Number(from); ; number += 1) {
      await vault.save(account, sampleGrant(number, 3000 + ((number * 997) % 9000)))
      appendFileSync(journal, `${account} ${number}\n`)
    }
  }),
)
