import { canLock } from '../../src/ipc/vault-lock.ts'
import { words } from '../language.ts'
import { request } from '../requests.ts'
import { isWaiting, snapshot, view, windowPlace } from '../store.ts'
import { Button } from './button.tsx'

/** The version, where logins are kept when that is out of the ordinary, Lock, and Quit where no tray menu offers it. */
export function Foot() {
  const surroundings = view.value?.surroundings
  const vault = snapshot.value?.vault
  const volatile = vault?.store === 'memory'
  const { controls, menu, vault: say } = words()
  const lock = () => request(windowPlace, 'vault:lock', undefined)
  return (
    <footer class="foot" data-part>
      <span>{controls.version(surroundings?.version ?? '')}</span>
      {volatile && (
        <span class="foot-note" title={say.endWithTheAppTip}>
          {say.endWithTheApp}
        </span>
      )}
      <div class="foot-buttons">
        {vault !== undefined && canLock(vault) && (
          <Button kind="plain" waiting={isWaiting(windowPlace)} onPress={lock}>
            {say.lock}
          </Button>
        )}
        {surroundings?.frame === 'window' && (
          <Button kind="plain" onPress={() => request(windowPlace, 'app:quit', undefined)}>
            {menu.quit}
          </Button>
        )}
      </div>
    </footer>
  )
}
