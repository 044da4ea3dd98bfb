import { undecidedWords } from '../../src/ipc/login-words.ts'
import type { LoginDecision, PendingLogin } from '../../src/protocol/index.ts'
import { request } from '../requests.ts'
import { isWaiting, snapshot } from '../store.ts'
import { Button } from './button.tsx'
import { useFocusWhenFree } from './focus-when-free.ts'
import { ProblemNote } from './problem-note.tsx'

/** Somebody else signed in than the account belongs to. What loses nothing has the focus and comes first. */
export function UndecidedPanel({ login, name }: { readonly login: PendingLogin; readonly name: string }) {
  const add = useFocusWhenFree()
  const { id } = login
  const words = snapshot.value && undecidedWords(login, snapshot.value)
  const decide = (decision: LoginDecision) => request(id, 'login:decide', { login: id, decision })
  const waiting = isWaiting(id)
  return (
    <fieldset class="panel" aria-label={`Who signed in to ${name}`}>
      <p class="undecided">{words}</p>
      <ProblemNote place={id} />
      <div class="buttons">
        <Button kind="main" buttonRef={add} waiting={waiting} onPress={() => decide('add')}>
          Add beside it
        </Button>
        <Button waiting={waiting} onPress={() => decide('replace')}>
          Replace
        </Button>
        <Button kind="plain" waiting={waiting} onPress={() => decide('discard')}>
          Discard
        </Button>
      </div>
    </fieldset>
  )
}
