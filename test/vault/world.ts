import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Clock } from '../../src/core/index.ts'
import { createVault, type Files, type VaultOptions } from '../../src/vault/index.ts'
import { PassphraseKeyStore } from '../../src/vault/passphrase.ts'
import { sealedName, vaultFolder } from '../../src/vault/vault-folder.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { FakeKeyStore } from './fake-key-store.ts'
import { numberOf, sampleGrant, sampleRecord, temporaryHome } from './samples.ts'

/** A home, the keychain beside it, and the brokers that are started in it one after the other. */
export interface World {
  readonly home: string
  readonly keyStore: FakeKeyStore
  readonly clock: ManualClock
  /** Starts a broker's vault in this home, as after a restart. */
  start(files?: Files, options?: Partial<VaultOptions>): ReturnType<typeof createVault>
  readonly grants: string
  path(account: string, suffix?: string): string
}

/** An empty home. */
export async function world(home?: string): Promise<World> {
  const folder = home ?? (await temporaryHome())
  const keyStore = new FakeKeyStore()
  const clock = new ManualClock()
  const grants = join(folder, 'vault', 'grants')
  return {
    home: folder,
    keyStore,
    clock,
    grants,
    start(files, options) {
      const passphrase = cheapPassphraseStore(folder, clock, files)
      const made = createVault({
        home: folder,
        clock,
        keychain: keyStore,
        passphrase,
        ...(files === undefined ? {} : { files }),
        ...options,
      })
      onTestFinished(() => made.vault.close())
      return made
    },
    path: (account, suffix = '') => join(grants, `${sealedName(account)}${suffix}`),
  }
}

/** With so small a cost that a test may ask many times. */
export function cheapPassphraseStore(home: string, clock: Clock, files?: Files, file?: string): PassphraseKeyStore {
  const folder = vaultFolder(home, () => clock.now(), files)
  return new PassphraseKeyStore({ folder, clock, cost: { n: 256, r: 8, p: 1 }, ...(file === undefined ? {} : { file }) })
}

/** A home in which two accounts have been saved twice, so that each has a last good copy. */
export async function lived(home?: string): Promise<World> {
  const w = await world(home)
  const { vault, index } = w.start()
  for (const [account, number] of [
    ['a', 1],
    ['b', 11],
    ['a', 2],
    ['b', 12],
  ] as const) {
    index.put(sampleRecord(account, `label-${account}`))
    await vault.save(account, sampleGrant(number))
  }
  vault.close()
  return w
}

/** What a new start finds for an account. */
export async function loaded(w: World, account: string) {
  const { vault } = w.start()
  await vault.open()
  const stored = await vault.load(account)
  vault.close()
  return stored.kind === 'found' ? { number: numberOf(stored.grant), notice: stored.notice?.code } : stored
}
