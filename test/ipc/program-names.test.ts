import { expect, test } from 'vitest'
import { codexOwner } from '../../src/integrations/owners/owner.ts'
import { stores } from '../../src/integrations/stores/stores.ts'
import { programName } from '../../src/ipc/program-names.ts'

test('the app calls every program that keeps logins as the command does', () => {
  for (const { id, name } of [...stores, codexOwner]) expect(programName(id)).toBe(name)
})

test('a program of a newer broker is called by its id, whatever that is', () => {
  for (const id of ['some-new-program', 'constructor', 'toString']) expect(programName(id)).toBe(id)
})
