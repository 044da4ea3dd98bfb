import { expectTypeOf, test } from 'vitest'
import type { HostCommandName, HostCommands } from '../../src/host/handle.ts'
import type { FromWorker } from '../../src/host/worker-messages.ts'

/** Every member name that occurs anywhere in a type. A record names nothing: its keys are data, as the headers of a provider are. */
type Names<Value> = Value extends readonly (infer Item)[]
  ? Names<Item>
  : Value extends object
    ? { [Key in keyof Value]-?: (string extends Key ? never : Key & string) | Names<Value[Key]> }[keyof Value]
    : never

type Answering<Member extends string> = {
  [Name in HostCommandName]: Member extends Names<HostCommands[Name]['answer']> ? Name : never
}[HostCommandName]

test('P1: one answer of the host carries a token and none anything else of a grant', () => {
  expectTypeOf<Answering<'access_token'>>().toEqualTypeOf<'copy_token'>()
  expectTypeOf<Answering<'refresh_token' | 'id_token' | 'code_verifier' | 'secret' | 'passphrase'>>().toEqualTypeOf<never>()
  expectTypeOf<Names<HostCommands['copy_token']['answer']>>().toEqualTypeOf<'access_token'>()
})

test('P1: what the host tells without being asked carries no token', () => {
  type Told = Exclude<FromWorker, { readonly kind: 'answer' }>
  expectTypeOf<Extract<Names<Told>, 'access_token' | 'accessToken' | 'refresh_token'>>().toEqualTypeOf<never>()
})
