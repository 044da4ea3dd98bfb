import type {
  BrokerSnapshot,
  LoginStatus,
  StartLoginRequest,
  StartLoginResponse,
  UnlockRequest,
  VaultMoveRequest,
  VaultMoveResponse,
  VaultStatus,
} from '../protocol/index.ts'
import { askBroker, type BrokerCall } from './one-shot.ts'

/** The local API for the human commands of the CLI. The types are the protocol's own. */
export function createBrokerClient(socket: string) {
  const ask = async <Answer>(call: Omit<BrokerCall, 'socket'>): Promise<Answer> =>
    JSON.parse(await askBroker({ socket, ...call })) as Answer
  const login = (id: string) => `/v1/logins/${encodeURIComponent(id)}`
  return {
    status: () => ask<BrokerSnapshot>({ method: 'GET', path: '/v1/status' }),
    startLogin: (request: StartLoginRequest) => ask<StartLoginResponse>({ method: 'POST', path: '/v1/logins', body: request }),
    /** `wait` is in seconds, at most 60. */
    loginStatus: (id: string, wait: number) => ask<LoginStatus>({ method: 'GET', path: `${login(id)}?wait=${wait}` }),
    submitResponse: (id: string, pasted: string) =>
      ask<LoginStatus>({ method: 'POST', path: `${login(id)}/response`, body: { pasted } }),
    cancelLogin: (id: string) => ask<LoginStatus>({ method: 'DELETE', path: login(id) }),
    signOut: (selector: string) =>
      ask<{ id: string; provider: string; revoked: boolean }>({
        method: 'DELETE',
        path: `/v1/accounts/${encodeURIComponent(selector)}`,
      }),
    lock: () => ask<VaultStatus>({ method: 'POST', path: '/v1/lock' }),
    unlock: (request: UnlockRequest) => ask<VaultStatus>({ method: 'POST', path: '/v1/unlock', body: request }),
    moveVault: (request: VaultMoveRequest) => ask<VaultMoveResponse>({ method: 'POST', path: '/v1/vault/move', body: request }),
  }
}

export type BrokerClient = ReturnType<typeof createBrokerClient>
