import { accountName, signedInUntil } from '../../src/ipc/account-words.ts'
import { raceOf } from '../../src/ipc/loose-logins.ts'
import { foreignOwner, isWatched, ownerSentence, watchedUntil } from '../../src/ipc/owner-words.ts'
import { spanWords } from '../../src/ipc/time-words.ts'
import type { AccountStatus, StateError, VaultStatus } from '../../src/protocol/index.ts'
import { language, words } from '../language.ts'
import { request } from '../requests.ts'
import { check } from '../sign-in.ts'
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
  const vaultKeepsBack = row.state.kind === 'unavailable' && vault.state.kind !== 'ready' && !isWatched(row)
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
      until={untilWords(row)}
      tone={toneOf(row)}
      words={kept ?? stateWords(row, now.value, language.value)}
      action={undecided ? null : <RowAction row={row} confirming={confirming} />}
    >
      <Owner row={row} />
      <ProblemNote place={row.id} />
      <NoteLines place={row.id} />
      {detailed && !signingIn && <RowDetail row={row} />}
      {!confirming && row.disabled && !isWatched(row) && <SwitchedOff row={row} />}
      {!vaultKeepsBack && <AccountUsageBars row={row} />}
      <UsedBy row={row} />
      {detailed && signingIn && <RowDetail row={row} />}
      <SignInPanel row={row} />
      {confirming && <SignOutPanel row={row} />}
    </RowFrame>
  )
}

/** When the login ends; of one that is only watched, when the token ends that the program has. */
function untilWords(row: AccountStatus): string | undefined {
  if (isWatched(row)) return watchedUntil(row, now.value, language.value)
  return row.signed_in_until === undefined ? undefined : signedInUntil(row.signed_in_until, now.value, language.value)
}

/** Whose login it is, where it is not TokenTray's own. */
function Owner({ row }: { readonly row: AccountStatus }) {
  const owner = foreignOwner(row)
  return owner === undefined ? null : <p class="owner">{ownerSentence(owner, words())}</p>
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
  const isForeign = foreignOwner(row) !== undefined
  // What another program owns gets no better by itself: it has to be asked.
  const tryAgain = () => (isForeign && !isWatched(row) ? check(row) : request('wake', 'broker:wake', undefined))
  switch (state.kind) {
    case 'authorizing': {
      const race = snapshot.value && raceOf(row, snapshot.value)
      if (race === undefined) return null
      if (race[0].undecided !== undefined) return <UndecidedPanel login={race[0]} name={name} />
      return <LoginPanel race={race} row={row} name={name} />
    }
    case 'reauthorization_required':
      if (isForeign) return <Reason error={state.error} button={accounts.tryAgain} row={row} onPress={() => check(row)} />
      return <Reason error={state.error} />
    case 'backing_off': {
      const left = (state.expires_at ?? 0) - now.value
      return (
        <Reason error={state.error} button={accounts.tryNow} row={row} onPress={tryAgain}>
          {left > 0 && ` ${accounts.stillValid(spanWords(left, language.value))}`}
        </Reason>
      )
    }
    case 'unavailable':
      return <Reason error={state.error} button={accounts.tryAgain} row={row} onPress={tryAgain} />
    default:
      return null
  }
}

interface ReasonProps {
  readonly error: StateError
  readonly button?: string
  readonly row?: AccountStatus
  readonly onPress?: () => void
  readonly children?: string | false
}

/** What is so, what to do about it, and the button that does it. */
function Reason({ error, button, row, onPress = () => {}, children }: ReasonProps) {
  return (
    <div class="reason">
      <p>
        <BrokerWords text={error.fix === undefined ? error.description : `${error.description} ${error.fix}`} />
        {children}
      </p>
      {button !== undefined && row !== undefined && (
        <Button label={`${button}: ${accountName(row)}`} waiting={isWaiting('wake') || isWaiting(row.id)} onPress={onPress}>
          {button}
        </Button>
      )}
    </div>
  )
}
