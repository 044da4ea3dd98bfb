import { expect, test } from 'vitest'
import { moveVault, Secret, unlockVault, type VaultMove } from '../../src/core/index.ts'

test('what a person asks of the vault reaches it with the passphrase in its box', async () => {
  const moves: VaultMove[] = []
  const unlocks: (Secret | undefined)[] = []
  const status = { store: 'passphrase', state: { kind: 'ready' } } as const
  const vault = {
    move: async (move: VaultMove) => {
      moves.push(move)
      return { from: 'keychain', to: move.to, accounts: 2, moved: !move.dryRun } as const
    },
    unlock: async (passphrase?: Secret) => {
      unlocks.push(passphrase)
      return status
    },
  }
  expect(await moveVault(vault, { to: 'passphrase', passphrase: 'correct horse' })).toMatchObject({ accounts: 2, moved: true })
  expect(await moveVault(vault, { to: 'keychain', dry_run: true })).toMatchObject({ moved: false })
  expect(moves).toEqual([
    { to: 'passphrase', dryRun: false, passphrase: expect.any(Secret) },
    { to: 'keychain', dryRun: true },
  ])
  expect(moves[0]?.passphrase?.expose()).toBe('correct horse')
  expect(await unlockVault(vault, { passphrase: 'correct horse' })).toBe(status)
  await unlockVault(vault, {})
  expect(unlocks.map((each) => each?.expose())).toEqual(['correct horse', undefined])
  expect(JSON.stringify([moves, unlocks])).not.toContain('horse')
})
