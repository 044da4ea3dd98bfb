import { signedInUntil } from '../../src/ipc/account-words.ts'
import type { AccountStatus, StateError, VaultStatus } from '../../src/protocol/index.ts'
import { assertNever } from '../assert-never.ts'
import { inWords } from '../durations.ts'
import { request } from '../requests.ts'
import { ask, signIn } from '../sign-in.ts'
import { isWaiting, loginOf, now, providerOf, question } from '../store.ts'
import { decisionWords, personWords, stateWords, toneOf } from '../words.ts'
import { Button } from './button.tsx'
import { useFocusBack } from './focus-back.ts'
import { CancelLogin, LoginPanel } from './login-panel.tsx'
import { MoreButton } from './more-button.tsx'
import { NoteLines } from './note-lines.tsx'
import { ProblemNote } from './problem-note.tsx'
import { RowFrame } from './row-frame.tsx'
import { SignInPanel, signInAsked } from './sign-in-panel.tsx'
import { SignOutPanel } from './sign-out-panel.tsx'
import { UndecidedPanel } from './undecided-panel.tsx'
import { WordsWithCode } from './words-with-code.tsx'

interface RowProps {
  readonly row: AccountStatus
  readonly vault: VaultStatus
}

/** One account: who it is, how it stands, and the one thing that the person may want to do about it. */
export function AccountRow({ row, vault }: RowProps) {
  const asked = question.value
  // The notice above the rows says why, and offers to try again for all of them.
  const vaultKeepsBack = row.state.kind === 'unavailable' && vault.state.kind !== 'ready'
  const confirming = asked?.kind === 'sign_out' && asked.account === row.id
  const undecided = row.state.kind === 'authorizing' && loginOf(row.state.login_id)?.undecided !== undefined
  return (
    <RowFrame
      provider={row.provider}
      name={row.provider_name}
      label={row.label}
      usual={row.is_default === true}
      person={personWords(row)}
      until={row.signed_in_until === undefined ? undefined : signedInUntil(row.signed_in_until, now.value)}
      tone={toneOf(row)}
      words={vaultKeepsBack ? 'Waiting for the keychain' : undecided ? decisionWords : stateWords(row, now.value)}
      action={undecided ? null : <RowAction row={row} confirming={confirming} />}
    >
      <ProblemNote place={row.id} />
      <NoteLines place={row.id} />
      <SignInPanel row={row} />
      {confirming && <SignOutPanel row={row} />}
      {!confirming && !vaultKeepsBack && <RowDetail row={row} />}
      {!confirming && row.disabled && <SwitchedOff row={row} />}
    </RowFrame>
  )
}

/** What stands at the end of the row; a login under way has its buttons below it. */
function RowAction({ row, confirming }: { readonly row: AccountStatus; readonly confirming: boolean }) {
  switch (row.state.kind) {
    case 'signed_out':
      return <SignIn row={row} words="Sign in" />
    case 'reauthorization_required':
      return <SignIn row={row} words="Sign in again" />
    case 'authorizing':
      return <CancelLogin login={row.state.login_id} name={row.provider_name} />
    case 'active':
    case 'refreshing':
    case 'backing_off':
    case 'unavailable':
      return <SignOut row={row} confirming={confirming} />
    default:
      return assertNever(row.state)
  }
}

/** A key that has ended is replaced by another one, or by a login beside it; a login is made again. */
function SignIn({ row, words }: { readonly row: AccountStatus; readonly words: string }) {
  return (
    <>
      <More row={row} />
      <Button
        kind="main"
        label={`${words} to ${row.provider_name}`}
        waiting={isWaiting(row.id)}
        onPress={() => (row.kind === undefined ? signIn(row) : ask(row.id, { kind: 'ways' }))}
      >
        {words}
      </Button>
    </>
  )
}

/** Unfolds the question instead of signing out, and gets the keyboard focus back when the question is folded. */
function SignOut({ row, confirming }: { readonly row: AccountStatus; readonly confirming: boolean }) {
  const button = useFocusBack(confirming)
  return (
    <>
      <More row={row} />
      <Button
        kind="plain"
        buttonRef={button}
        label={`Sign out of ${row.provider_name}`}
        expanded={confirming}
        onPress={() => {
          question.value = confirming ? undefined : { kind: 'sign_out', account: row.id }
        }}
      >
        Sign out
      </Button>
    </>
  )
}

/** Everything that the row has no button for. Without the ways of its provider there is nothing to offer. */
function More({ row }: { readonly row: AccountStatus }) {
  const asked = signInAsked(row)
  const button = useFocusBack(asked !== undefined)
  if (providerOf(row.provider) === undefined) return null
  return (
    <MoreButton
      label={`More for ${row.provider_name}`}
      expanded={asked !== undefined}
      buttonRef={button}
      onPress={() => {
        if (asked === undefined) ask(row.id, { kind: 'more' })
        else question.value = undefined
      }}
    />
  )
}

/** An account that is off looks as if it worked, because it is kept fresh. */
function SwitchedOff({ row }: { readonly row: AccountStatus }) {
  return (
    <div class="reason">
      <p>No tool gets a token of this account.</p>
      <Button
        label={`Switch on ${row.provider_name}`}
        waiting={isWaiting(row.id)}
        onPress={() => request(row.id, 'account:set-disabled', { account: row.id, disabled: false })}
      >
        Switch on
      </Button>
    </div>
  )
}

/** What needs more than a few words: a login under way, or why something does not work. */
function RowDetail({ row: { state, provider_name: name } }: { readonly row: AccountStatus }) {
  switch (state.kind) {
    case 'authorizing': {
      const login = loginOf(state.login_id)
      if (login?.undecided !== undefined) return <UndecidedPanel login={login} name={name} />
      return <LoginPanel login={state.login_id} prompt={state.prompt} expiresAt={state.expires_at} name={name} />
    }
    case 'reauthorization_required':
      return <Reason error={state.error} />
    case 'backing_off':
      return (
        <Reason error={state.error} button="Try now">
          {state.expires_at !== undefined &&
            state.expires_at > now.value &&
            ` Still fresh for ${inWords(state.expires_at - now.value)}.`}
        </Reason>
      )
    case 'unavailable':
      return <Reason error={state.error} button="Try again" />
    default:
      return null
  }
}

interface ReasonProps {
  readonly error: StateError
  readonly button?: string
  readonly children?: string | false
}

/** What is so, what to do about it, and the button that does it. */
function Reason({ error, button, children }: ReasonProps) {
  return (
    <div class="reason">
      <p>
        <WordsWithCode text={error.fix === undefined ? error.description : `${error.description} ${error.fix}`} />
        {children}
      </p>
      {button !== undefined && (
        <Button waiting={isWaiting('wake')} onPress={() => request('wake', 'broker:wake', undefined)}>
          {button}
        </Button>
      )}
    </div>
  )
}
