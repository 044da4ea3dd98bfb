import { raceOf } from '../../src/ipc/loose-logins.ts'
import { foreignOwner } from '../../src/ipc/owner-words.ts'
import type { AccountStatus } from '../../src/protocol/index.ts'
import { assertNever } from '../assert-never.ts'
import { words } from '../language.ts'
import { ask, signIn } from '../sign-in.ts'
import { isWaiting, providerOf, question, snapshot } from '../store.ts'
import { Button } from './button.tsx'
import { useFocusBack } from './focus-back.ts'
import { CancelLogin } from './login-panel.tsx'
import { MoreButton } from './more-button.tsx'
import { signInAsked } from './sign-in-panel.tsx'

/** What stands at the end of the row; a login under way has its buttons below it. */
export function RowAction({ row, confirming }: { readonly row: AccountStatus; readonly confirming: boolean }) {
  const { accounts } = words()
  const name = row.provider_name
  // Its sign-in is made in the program that owns it.
  if (foreignOwner(row) !== undefined) return <SignOut row={row} confirming={confirming} />
  switch (row.state.kind) {
    case 'signed_out':
      return <SignIn row={row} words={accounts.signIn} label={accounts.signInLabel(name)} />
    case 'reauthorization_required':
      return <SignIn row={row} words={accounts.signInAgain} label={accounts.signInAgainLabel(name)} />
    case 'authorizing': {
      const race = snapshot.value && raceOf(row, snapshot.value)
      return race === undefined ? null : <CancelLogin race={race} name={name} />
    }
    case 'active':
    case 'refreshing':
    case 'backing_off':
    case 'unavailable':
      return <SignOut row={row} confirming={confirming} />
    default:
      return assertNever(row.state)
  }
}

interface SignInProps {
  readonly row: AccountStatus
  readonly words: string
  readonly label: string
}

/** A key that has ended is replaced by another one, or by a login beside it; a login is made again. */
function SignIn({ row, words: said, label }: SignInProps) {
  return (
    <>
      <More row={row} />
      <Button
        kind="main"
        label={label}
        waiting={isWaiting(row.id)}
        onPress={() => (row.kind === undefined ? signIn(row) : ask(row.id, { kind: 'ways' }))}
      >
        {said}
      </Button>
    </>
  )
}

/** Unfolds the question instead of signing out, and gets the keyboard focus back when the question is folded. */
function SignOut({ row, confirming }: { readonly row: AccountStatus; readonly confirming: boolean }) {
  const button = useFocusBack(confirming)
  const { accounts, owners } = words()
  const isOwn = foreignOwner(row) === undefined
  return (
    <>
      <More row={row} />
      <Button
        kind="plain"
        buttonRef={button}
        label={(isOwn ? accounts.signOutLabel : owners.forgetLabel)(row.provider_name)}
        expanded={confirming}
        onPress={() => {
          question.value = confirming ? undefined : { kind: 'sign_out', account: row.id }
        }}
      >
        {isOwn ? accounts.signOut : owners.forget}
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
      label={words().accounts.more(row.provider_name)}
      expanded={asked !== undefined}
      buttonRef={button}
      onPress={() => {
        if (asked === undefined) ask(row.id, { kind: 'more' })
        else question.value = undefined
      }}
    />
  )
}
