// A broker with a login, the API that its tokens are for, and a client of `tokentray/client`.
import { type ClientOptions, createClient, type TokenTrayClient } from '../../src/client/library.ts'
import { type MisbehavingServer, withMisbehavingServer } from '../daemon/authorization-server.ts'
import { signIn } from '../daemon/practice-login.ts'
import { type RunningDaemon, withDaemon } from '../daemon/running-daemon.ts'
import { type Answer, type ApiRequest, type MockApi, startMockApi } from './mock-api.ts'

export interface LibraryScene {
  readonly daemon: RunningDaemon
  readonly server: MisbehavingServer
  readonly api: MockApi
  readonly client: TokenTrayClient
  /** For `fetch`: the API is at another origin than the authorization server. */
  readonly allowed: { readonly origins: readonly string[] }
}

export function withLibrary(
  body: (scene: LibraryScene) => Promise<void>,
  { answer, seen, ...options }: ClientOptions & { readonly answer?: Answer; readonly seen?: (request: ApiRequest) => void } = {},
): Promise<void> {
  return withMisbehavingServer(3600, (server) =>
    withDaemon({ TOKENTRAY_UPSTREAM: server.origin, TOKENTRAY_REFRESH: 'ondemand' }, async (daemon) => {
      await signIn(daemon, { approve: server.approve })
      const api = await startMockApi(answer, seen)
      try {
        const client = createClient({ socket: daemon.socket, client: 'library-test', ...options })
        await body({ daemon, server, api, client, allowed: { origins: [api.origin] } })
      } finally {
        await api.close()
      }
    }),
  )
}
