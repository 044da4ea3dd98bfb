import { undecidedWords } from '../../src/ipc/login-words.ts'
import type { LoginDecision, PendingLogin } from '../../src/protocol/index.ts'
import { words } from '../language.ts'
import { request } from '../requests.ts'
import { isWaiting, snapshot } from '../store.ts'
import { Button } from './button.tsx'
import { useFocusWhenFree } from './focus-when-free.ts'
import { ProblemNote } from './problem-note.tsx'

/** Somebody else signed in than the account belongs to. What loses nothing has the focus and comes first. */
export function UndecidedPanel({ login, name }: { readonly login: PendingLogin; readonly name: string }) {
  const add = useFocusWhenFree()
  const { id } = login
  const { login: say } = words()
  const said = snapshot.value && undecidedWords(login, snapshot.value, words())
  const decide = (decision: LoginDecision) => request(id, 'login:decide', { login: id, decision })
  const waiting = isWaiting(id)
  return (
    <fieldset class="panel" aria-label={say.who(name)}>
      <p class="undecided">{said}</p>
      <ProblemNote place={id} />
      <div class="buttons">
        <Button kind="main" buttonRef={add} waiting={waiting} onPress={() => decide('add')}>
          {say.add}
        </Button>
        <Button waiting={waiting} onPress={() => decide('replace')}>
          {say.replace}
        </Button>
        <Button kind="plain" waiting={waiting} onPress={() => decide('discard')}>
          {say.discard}
        </Button>
      </div>
    </fieldset>
  )
}
