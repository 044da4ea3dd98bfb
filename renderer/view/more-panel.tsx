import type { AccountStatus, ProviderInfo } from '../../src/protocol/index.ts'
import { ask, check, chooseAnother } from '../sign-in.ts'
import { isWaiting } from '../store.ts'
import { Button } from './button.tsx'

/** What else can be done with an account; less often wanted than the one button of its row. */
export function MorePanel({ row, info }: { readonly row: AccountStatus; readonly info: ProviderInfo }) {
  const ended = row.state.kind === 'reauthorization_required' || row.state.kind === 'signed_out'
  return (
    <div class="buttons">
      {!ended && (
        <Button label={`Check ${row.provider_name}`} waiting={isWaiting(row.id)} onPress={() => check(row)}>
          Check
        </Button>
      )}
      {ended && info.flows.length + info.keys.length > 1 && (
        <Button onPress={() => ask(row.id, { kind: 'ways' })}>Other ways to sign in…</Button>
      )}
      <Button onPress={() => chooseAnother(row.id)}>Add another account…</Button>
    </div>
  )
}
