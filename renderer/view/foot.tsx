import { canLock } from '../../src/ipc/vault-lock.ts'
import { request } from '../requests.ts'
import { isWaiting, snapshot, view, windowPlace } from '../store.ts'
import { Button } from './button.tsx'

/** The version, where logins are kept when that is out of the ordinary, Lock, and Quit where no tray menu offers it. */
export function Foot() {
  const surroundings = view.value?.surroundings
  const vault = snapshot.value?.vault
  const volatile = vault?.store === 'memory'
  const lock = () => request(windowPlace, 'vault:lock', undefined)
  return (
    <footer class="foot" data-part>
      <span>Version {surroundings?.version ?? ''}</span>
      {volatile && (
        <span class="foot-note" title="TOKENTRAY_VAULT=memory: nothing is written to the keychain or the disk.">
          Logins end with the app
        </span>
      )}
      <div class="foot-buttons">
        {vault !== undefined && canLock(vault) && (
          <Button kind="plain" waiting={isWaiting(windowPlace)} onPress={lock}>
            Lock
          </Button>
        )}
        {surroundings?.frame === 'window' && (
          <Button kind="plain" onPress={() => request(windowPlace, 'app:quit', undefined)}>
            Quit
          </Button>
        )}
      </div>
    </footer>
  )
}
