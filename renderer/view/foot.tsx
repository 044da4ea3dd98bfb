import { request } from '../requests.ts'
import { snapshot, view, windowPlace } from '../store.ts'
import { Button } from './button.tsx'

/** The version, where logins are kept when that is out of the ordinary, and Quit where no tray menu offers it. */
export function Foot() {
  const surroundings = view.value?.surroundings
  const volatile = snapshot.value?.vault.store === 'memory'
  return (
    <footer class="foot" data-part>
      <span>Version {surroundings?.version ?? ''}</span>
      {volatile && (
        <span class="foot-note" title="TOKENTRAY_VAULT=memory: nothing is written to the keychain or the disk.">
          Logins end with the app
        </span>
      )}
      {surroundings?.frame === 'window' && (
        <Button kind="plain" onPress={() => request(windowPlace, 'app:quit', undefined)}>
          Quit
        </Button>
      )}
    </footer>
  )
}
