import { z } from 'zod'
import type { Endpoint } from './endpoint.ts'
import {
  createVaultRequest,
  removeVaultQuery,
  removeVaultResponse,
  vaultEntry,
  vaultName,
  vaultsResponse,
} from './named-vault.ts'
import { unlockRequest, vaultMoveRequest, vaultMoveResponse, vaultStatus } from './vault.ts'

const vault = z.strictObject({ name: vaultName })

/** The vaults, and what a person does with the key of one. */
export const vaultEndpoints = {
  lock: {
    method: 'POST',
    path: '/v1/lock',
    summary: 'Forgets every token and the data key until `unlock`; what is stored stays.',
    response: vaultStatus,
  },
  unlock: {
    method: 'POST',
    path: '/v1/unlock',
    summary: 'Opens the vault, for a person: with the passphrase, or with the prompt of the keychain.',
    body: unlockRequest,
    response: vaultStatus,
  },
  moveVault: {
    method: 'POST',
    path: '/v1/vault/move',
    summary: 'Moves the data key to another store; the old one is deleted last.',
    body: vaultMoveRequest,
    response: vaultMoveResponse,
  },
  vaults: {
    method: 'GET',
    path: '/v1/vaults',
    summary: 'Every vault with its socket; on the socket of the default vault only, as the next two.',
    response: vaultsResponse,
  },
  createVault: {
    method: 'POST',
    path: '/v1/vaults',
    summary: 'Makes a vault with a key, a socket and permissions of its own, which is served at once.',
    body: createVaultRequest,
    response: vaultEntry,
  },
  removeVault: {
    method: 'DELETE',
    path: '/v1/vaults/{name}',
    summary: 'Deletes a vault with its key. Refused while accounts are signed in, unless `sign_out` is `true`.',
    params: vault,
    query: removeVaultQuery,
    response: removeVaultResponse,
  },
} as const satisfies Record<string, Endpoint>
