import type { UnlockRequest, VaultMoveRequest, VaultMoveResponse, VaultStatus } from '../protocol/index.ts'
import type { GrantVault } from './ports.ts'
import { Secret } from './secret.ts'

/** What a person asks of the vault as a whole, on the socket and in the app alike. A passphrase is boxed before anything else. */
export function unlockVault(vault: Pick<GrantVault, 'unlock'>, { passphrase }: UnlockRequest): Promise<VaultStatus> {
  return vault.unlock(boxed(passphrase))
}

export function moveVault(vault: Pick<GrantVault, 'move'>, request: VaultMoveRequest): Promise<VaultMoveResponse> {
  const passphrase = boxed(request.passphrase)
  return vault.move({
    to: request.to,
    dryRun: request.dry_run ?? false,
    ...(passphrase === undefined ? {} : { passphrase }),
  })
}

const boxed = (text: string | undefined) => (text === undefined ? undefined : new Secret(text))
