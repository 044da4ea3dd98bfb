// `tokentray/client`, what other programs import. It loads nothing but modules of Node.

import { selectorName } from '../protocol/selector.ts'
import { socketPath } from '../protocol/socket-path.ts'
import { defaultVault } from '../protocol/vault-name.ts'
import { credentials } from './credentials.ts'
import { followSnapshots } from './events.ts'
import type { BrokerState, ClientOptions, TokenTrayClient } from './library-types.ts'
import { tokenFetch } from './token-fetch.ts'
import { tokenRequests } from './token-request.ts'
import { TokenTrayError, told } from './token-tray-error.ts'

export type * from './library-types.ts'
export { TokenTrayError } from './token-tray-error.ts'

/**
 * A client of the broker. Nothing is connected before the first call. Throws a `TokenTrayError`: `invalid_request` for a name that no
 * client or vault can have, and `socket_unusable` for a socket path that is too long.
 */
export function createClient(options: ClientOptions = {}): TokenTrayClient {
  const socket = chosenSocket(options)
  const client = chosenName(options.client ?? process.env.TOKENTRAY_CLIENT)
  const { timeout, onSignInNeeded } = options
  const getToken = tokenRequests({ socket, client, timeout, onSignInNeeded })
  return {
    getToken,
    fetch: (selector, choice) => tokenFetch(getToken, selector, choice),
    credentials: (selector, choice) => credentials(getToken, selector, choice),
    apiKey: (selector, choice) => async () => (await getToken(selector, choice)).accessToken,
    events: ({ signal } = {}) => events(socket, signal),
  }
}

/** A socket that the program names is the one it means, unless it names a vault as well. */
function chosenSocket({ socket, vault }: ClientOptions): string {
  try {
    if (socket !== undefined && vault === undefined) return socket
    const env = socket === undefined ? process.env : { ...process.env, TOKENTRAY_SOCKET: socket }
    return socketPath(env, process.platform, (vault ?? process.env.TOKENTRAY_VAULT_NAME) || defaultVault)
  } catch (error) {
    throw told(error)
  }
}

/** The broker calls a client without a name `unnamed`. A name goes into a header, where a line break would begin another one. */
function chosenName(name: string | undefined): string {
  if (!name) return 'unnamed'
  if (selectorName.test(name)) return name
  throw new TokenTrayError('invalid_request', `${JSON.stringify(name.slice(0, 80))} is no name of a client.`, {
    fix: 'Use letters, digits, dots, dashes and underscores, 64 at most, such as `my-tool`.',
  })
}

async function* events(socket: string, signal: AbortSignal | undefined): AsyncGenerator<BrokerState> {
  signal?.throwIfAborted()
  try {
    yield* followSnapshots(socket, signal)
  } catch (error) {
    throw signal?.aborted ? signal.reason : told(error)
  }
}
