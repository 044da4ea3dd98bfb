import type { VaultLock } from '../../src/ipc/vault-lock.ts'
import { words } from '../language.ts'
import { request } from '../requests.ts'
import { isWaiting, windowPlace } from '../store.ts'
import { Button } from './button.tsx'
import { PassphraseForm } from './passphrase-form.tsx'
import { StateGlyph } from './state-glyph.tsx'

/** What stands in place of the rows while TokenTray itself is locked: no account is shown, and one thing is to be done. */
export function LockedView({ lock }: { readonly lock: VaultLock }) {
  const { vault } = words()
  const first = lock === 'first_passphrase'
  return (
    <section class="locked" aria-label={vault.locked}>
      <StateGlyph tone="locked" size={40} />
      <h2>{first ? vault.firstHead : vault.head}</h2>
      <p>{first ? vault.firstWords : vault.words}</p>
      {lock === 'press' ? (
        <Button kind="main" waiting={isWaiting(windowPlace)} onPress={() => request(windowPlace, 'vault:unlock', {})}>
          {vault.unlock}
        </Button>
      ) : (
        <PassphraseForm key={lock} first={first} />
      )}
    </section>
  )
}
