import { foreignOwner, isWatched } from '../../src/ipc/owner-words.ts'
import { programName } from '../../src/ipc/program-names.ts'
import type { AccountStatus, ProviderInfo } from '../../src/protocol/index.ts'
import { words } from '../language.ts'
import { movedTo } from '../moved-here.ts'
import { request } from '../requests.ts'
import { ask, check, chooseAnother } from '../sign-in.ts'
import { isWaiting } from '../store.ts'
import { Button } from './button.tsx'
import { CopyButton } from './copy-button.tsx'

/** What else can be done with an account; less often wanted than the one button of its row. */
export function MorePanel({ row, info }: { readonly row: AccountStatus; readonly info: ProviderInfo }) {
  const ended = row.state.kind === 'reauthorization_required' || row.state.kind === 'signed_out'
  const { accounts, owners } = words()
  return (
    <div class="buttons">
      {!ended && !isWatched(row) && <WorkingAccount row={row} />}
      {ended && foreignOwner(row) === undefined && info.flows.length + info.keys.length > 1 && (
        <Button onPress={() => ask(row.id, { kind: 'ways' })}>{accounts.otherWaysToSignIn}</Button>
      )}
      <Button onPress={() => ask(row.id, { kind: 'label' })}>{accounts.changeLabel}</Button>
      <Button onPress={() => chooseAnother(row.id)}>{accounts.addAnother}</Button>
      {movedTo(row.id).map(({ program }) => (
        <Button key={program} onPress={() => ask(row.id, { kind: 'give_back', program })}>
          {owners.giveBack(programName(program))}
        </Button>
      ))}
    </div>
  )
}

/** A key is never refreshed, and an account that is off gives no token. */
function WorkingAccount({ row }: { readonly row: AccountStatus }) {
  const { id: account, disabled, kind, provider_name: name } = row
  const { accounts } = words()
  const ask = { account }
  return (
    <>
      {!disabled && <CopyButton words={accounts.copyToken} onCopy={() => request(account, 'account:copy-token', ask)} />}
      <Button label={accounts.checkLabel(name)} waiting={isWaiting(account)} onPress={() => check(row)}>
        {accounts.check}
      </Button>
      {kind === undefined && (
        <Button waiting={isWaiting(account)} onPress={() => request(account, 'account:refresh', ask)}>
          {accounts.refreshNow}
        </Button>
      )}
      {!disabled && (
        <Button
          waiting={isWaiting(account)}
          onPress={() => request(account, 'account:set-disabled', { account, disabled: true })}
        >
          {accounts.switchOff}
        </Button>
      )}
    </>
  )
}
