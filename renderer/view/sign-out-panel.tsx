import { useEffect, useRef } from 'preact/hooks'
import type { AccountStatus } from '../../src/protocol/index.ts'
import { request } from '../requests.ts'
import { isWaiting, question } from '../store.ts'
import { Button } from './button.tsx'

/** Asks before a sign-out, as every tool on the computer loses this account at once. The safe answer has the focus. */
export function SignOutPanel({ row }: { readonly row: AccountStatus }) {
  const keep = useRef<HTMLButtonElement>(null)
  useEffect(() => keep.current?.focus(), [])
  const fold = () => {
    question.value = undefined
  }
  const signOut = async () => {
    if (await request(row.id, 'account:sign-out', { account: row.id })) fold()
  }
  return (
    <fieldset class="panel" aria-label={`Sign out of ${row.provider_name}?`}>
      <p>Sign out? Tools on this computer lose access to this account at once.</p>
      <div class="buttons buttons-end">
        <Button buttonRef={keep} onPress={fold}>
          Keep
        </Button>
        <Button kind="danger" waiting={isWaiting(row.id)} onPress={signOut}>
          Sign out
        </Button>
      </div>
    </fieldset>
  )
}
