import { useEffect, useRef } from 'preact/hooks'
import type { AccountStatus } from '../../src/protocol/index.ts'
import { words } from '../language.ts'
import { request } from '../requests.ts'
import { isWaiting, question } from '../store.ts'
import { Button } from './button.tsx'

/** Asks before a sign-out, as every tool on the computer loses this account at once. The safe answer has the focus. */
export function SignOutPanel({ row }: { readonly row: AccountStatus }) {
  const keep = useRef<HTMLButtonElement>(null)
  useEffect(() => keep.current?.focus(), [])
  const { accounts } = words()
  const fold = () => {
    question.value = undefined
  }
  const signOut = async () => {
    if (await request(row.id, 'account:sign-out', { account: row.id })) fold()
  }
  return (
    <fieldset class="panel" aria-label={accounts.signOutQuestion(row.provider_name)}>
      <p>{accounts.signOutWords}</p>
      <div class="buttons buttons-end">
        <Button buttonRef={keep} onPress={fold}>
          {accounts.keep}
        </Button>
        <Button kind="danger" waiting={isWaiting(row.id)} onPress={signOut}>
          {accounts.signOut}
        </Button>
      </div>
    </fieldset>
  )
}
