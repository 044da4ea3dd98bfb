import { accountName, signedInUntil } from '../../src/ipc/account-words.ts'
import { raceOf } from '../../src/ipc/loose-logins.ts'
import { spanWords } from '../../src/ipc/time-words.ts'
import type { AccountStatus, StateError, VaultStatus } from '../../src/protocol/index.ts'
import { language, words } from '../language.ts'
import { request } from '../requests.ts'
import { isWaiting, loginOf, now, question, snapshot } from '../store.ts'
import { personWords, stateWords, toneOf } from '../words.ts'
import { AccountUsageBars } from './account-usage.tsx'
import { Button } from './button.tsx'
import { LoginPanel } from './login-panel.tsx'
import { NoteLines } from './note-lines.tsx'
import { ProblemNote } from './problem-note.tsx'
import { RowAction } from './row-action.tsx'
import { RowFrame } from './row-frame.tsx'
import { SignInPanel } from './sign-in-panel.tsx'
import { SignOutPanel } from './sign-out-panel.tsx'
import { UndecidedPanel } from './undecided-panel.tsx'
import { UsedBy } from './used-by.tsx'
import { BrokerWords } from './words-with-code.tsx'

interface RowProps {
  readonly row: AccountStatus
  readonly vault: VaultStatus
  /** Whether the provider stands above, as it has several accounts. */
  readonly grouped?: boolean
}

/** One account: who it is, how it stands, and the one thing that the person may want to do about it. */
export function AccountRow({ row, vault, grouped = false }: RowProps) {
  const asked = question.value
  // The notice above the rows says why, and offers to try again for all of them.
  const vaultKeepsBack = row.state.kind === 'unavailable' && vault.state.kind !== 'ready'
  const confirming = asked?.kind === 'sign_out' && asked.account === row.id
  const detailed = !confirming && !vaultKeepsBack
  // What unfolds comes last, so that what is about the account stays with it.
  const signingIn = row.state.kind === 'authorizing'
  const undecided = row.state.kind === 'authorizing' && loginOf(row.state.login_id)?.undecided !== undefined
  const { accounts } = words()
  const kept = vaultKeepsBack ? accounts.waitingForKeychain : undecided ? accounts.waitingForDecision : undefined
  return (
    <RowFrame
      provider={row.provider}
      name={row.provider_name}
      label={row.label}
      usual={row.is_default === true}
      grouped={grouped}
      person={personWords(row)}
      until={row.signed_in_until === undefined ? undefined : signedInUntil(row.signed_in_until, now.value, language.value)}
      tone={toneOf(row)}
      words={kept ?? stateWords(row, now.value, language.value)}
      action={undecided ? null : <RowAction row={row} confirming={confirming} />}
    >
      <ProblemNote place={row.id} />
      <NoteLines place={row.id} />
      {detailed && !signingIn && <RowDetail row={row} />}
      {!confirming && row.disabled && <SwitchedOff row={row} />}
      {!vaultKeepsBack && <AccountUsageBars row={row} />}
      <UsedBy row={row} />
      {detailed && signingIn && <RowDetail row={row} />}
      <SignInPanel row={row} />
      {confirming && <SignOutPanel row={row} />}
    </RowFrame>
  )
}

/** An account that is off looks as if it worked, because it is kept fresh. */
function SwitchedOff({ row }: { readonly row: AccountStatus }) {
  const { accounts } = words()
  return (
    <div class="reason">
      <p>{accounts.switchedOffWords}</p>
      <Button
        label={accounts.switchOnLabel(row.provider_name)}
        waiting={isWaiting(row.id)}
        onPress={() => request(row.id, 'account:set-disabled', { account: row.id, disabled: false })}
      >
        {accounts.switchOn}
      </Button>
    </div>
  )
}

/** What needs more than a few words: a login under way, or why something does not work. */
function RowDetail({ row }: { readonly row: AccountStatus }) {
  const { state, provider_name: name } = row
  const { accounts } = words()
  switch (state.kind) {
    case 'authorizing': {
      const race = snapshot.value && raceOf(row, snapshot.value)
      if (race === undefined) return null
      if (race[0].undecided !== undefined) return <UndecidedPanel login={race[0]} name={name} />
      return <LoginPanel race={race} row={row} name={name} />
    }
    case 'reauthorization_required':
      return <Reason error={state.error} />
    case 'backing_off': {
      const left = (state.expires_at ?? 0) - now.value
      return (
        <Reason error={state.error} button={accounts.tryNow} name={accountName(row)}>
          {left > 0 && ` ${accounts.stillValid(spanWords(left, language.value))}`}
        </Reason>
      )
    }
    case 'unavailable':
      return <Reason error={state.error} button={accounts.tryAgain} name={accountName(row)} />
    default:
      return null
  }
}

interface ReasonProps {
  readonly error: StateError
  readonly button?: string
  readonly name?: string
  readonly children?: string | false
}

/** What is so, what to do about it, and the button that does it. */
function Reason({ error, button, name, children }: ReasonProps) {
  return (
    <div class="reason">
      <p>
        <BrokerWords text={error.fix === undefined ? error.description : `${error.description} ${error.fix}`} />
        {children}
      </p>
      {button !== undefined && (
        <Button
          label={`${button}: ${name}`}
          waiting={isWaiting('wake')}
          onPress={() => request('wake', 'broker:wake', undefined)}
        >
          {button}
        </Button>
      )}
    </div>
  )
}
