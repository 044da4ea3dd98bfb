import type { VaultLock } from '../../src/ipc/vault-lock.ts'
import { request } from '../requests.ts'
import { isWaiting, windowPlace } from '../store.ts'
import { Button } from './button.tsx'
import { PassphraseForm } from './passphrase-form.tsx'
import { StateGlyph } from './state-glyph.tsx'

/** What stands in place of the rows while TokenTray itself is locked: no account is shown, and one thing is to be done. */
export function LockedView({ lock, reason }: { readonly lock: VaultLock; readonly reason: string }) {
  const first = lock === 'first_passphrase'
  return (
    <section class="locked" aria-label="Locked">
      <StateGlyph tone="locked" size={40} />
      <h2>{first ? 'Choose a passphrase' : 'Your logins are locked'}</h2>
      <p>
        {reason}{' '}
        {first
          ? 'It seals your logins on this computer, and there is no way to them without it.'
          : 'Tools get no token until you unlock it.'}
      </p>
      {lock === 'press' ? (
        <Button kind="main" waiting={isWaiting(windowPlace)} onPress={() => request(windowPlace, 'vault:unlock', {})}>
          Unlock
        </Button>
      ) : (
        <PassphraseForm key={lock} first={first} />
      )}
    </section>
  )
}
