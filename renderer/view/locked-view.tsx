import type { VaultLock } from '../../src/ipc/vault-lock.ts'
import { assertNever } from '../assert-never.ts'
import { request } from '../requests.ts'
import { isWaiting, windowPlace } from '../store.ts'
import { Button } from './button.tsx'
import { PassphraseForm } from './passphrase-form.tsx'
import { StateGlyph } from './state-glyph.tsx'

/** What stands in place of the rows while TokenTray itself is locked: no account is shown, and one thing is to be done. */
export function LockedView({ lock }: { readonly lock: VaultLock }) {
  return (
    <section class="locked" aria-label="Locked">
      <StateGlyph tone="locked" size={40} />
      <h2>{lock === 'first_passphrase' ? 'Choose a passphrase' : 'Your logins are locked'}</h2>
      <p>{explanation(lock)}</p>
      {lock === 'press' ? (
        <Button kind="main" waiting={isWaiting(windowPlace)} onPress={() => request(windowPlace, 'vault:unlock', {})}>
          Unlock
        </Button>
      ) : (
        <PassphraseForm key={lock} first={lock === 'first_passphrase'} />
      )}
    </section>
  )
}

function explanation(lock: VaultLock): string {
  switch (lock) {
    case 'press':
    case 'passphrase':
      return 'They are kept, and tools get no token until you unlock them.'
    case 'first_passphrase':
      return 'It seals your logins on this computer. Without it there is no way to them.'
    default:
      return assertNever(lock)
  }
}
