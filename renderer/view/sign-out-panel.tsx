import { useEffect, useRef } from 'preact/hooks'
import { foreignOwner, forgetSentence } from '../../src/ipc/owner-words.ts'
import type { AccountStatus } from '../../src/protocol/index.ts'
import { words } from '../language.ts'
import { request } from '../requests.ts'
import { isWaiting, question, setNote, windowPlace } from '../store.ts'
import { Button } from './button.tsx'

/**
 * Asks before a sign-out, as every tool on the computer loses this account at once. A login of another program is only forgotten, and as
 * its row is gone then, it is said above the others that it is still there. The safe answer has the focus.
 */
export function SignOutPanel({ row }: { readonly row: AccountStatus }) {
  const keep = useRef<HTMLButtonElement>(null)
  useEffect(() => keep.current?.focus(), [])
  const { accounts, owners } = words()
  const owner = foreignOwner(row)
  const fold = () => {
    question.value = undefined
  }
  const signOut = async () => {
    if (!(await request(row.id, 'account:sign-out', { account: row.id }))) return
    fold()
    if (owner !== undefined) setNote(windowPlace, { words: owners.forgotten(owner.name), tone: 'good' })
  }
  return (
    <fieldset
      class="panel"
      aria-label={(owner === undefined ? accounts.signOutQuestion : owners.forgetQuestion)(row.provider_name)}
    >
      <p>{owner === undefined ? accounts.signOutWords : forgetSentence(owner, words())}</p>
      <div class="buttons buttons-end">
        <Button buttonRef={keep} onPress={fold}>
          {accounts.keep}
        </Button>
        <Button kind="danger" waiting={isWaiting(row.id)} onPress={signOut}>
          {owner === undefined ? accounts.signOut : owners.forget}
        </Button>
      </div>
    </fieldset>
  )
}
