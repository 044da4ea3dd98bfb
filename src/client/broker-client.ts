import type { BrokerSnapshot, LoginStatus, StartLoginRequest, StartLoginResponse } from '../protocol/index.ts'
import { askBroker, type BrokerCall, parseJson, unreadable } from './one-shot.ts'

/** The local API for the human commands of the CLI. The types are the protocol's own. */
export function createBrokerClient(socket: string) {
  const ask = async <Answer>(call: Omit<BrokerCall, 'socket'>) => readObject<Answer>(await askBroker({ socket, ...call }))
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
  }
}

export type BrokerClient = ReturnType<typeof createBrokerClient>

/** The object of an answer. Throws `broker_unreadable` for anything else, which no broker answers. */
export function readObject<Answer>(text: string): Answer {
  const value = parseJson(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unreadable()
  return value as Answer
}
