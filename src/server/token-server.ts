import { apiOnDemand } from './api-on-demand.ts'
import type { RouteContext } from './routes.ts'
import type { ShareDesk } from './share-desk.ts'
import { Shares } from './shares.ts'
import { openSocket } from './socket-server.ts'
import { tokenLane } from './token-lane.ts'

/** How long answers under way may take when the server ends. Milliseconds. */
const lastPatience = 2_000

export interface TokenServer {
  readonly shares: ShareDesk
  close(): Promise<void>
}

/**
 * Serves the local API on a unix socket or a named pipe. The place must have been made safe by `becomeOwner`. The token lane takes
 * what is its own; everything else goes to the routes of the framework.
 */
export async function startTokenServer(path: string, given: Omit<RouteContext, 'shares'>): Promise<TokenServer> {
  const shares = new Shares({ ...given, socket: path })
  const context: RouteContext = { ...given, shares }
  const lane = tokenLane(context)
  const api = apiOnDemand(context)
  const server = await openSocket(path, (request, response) => {
    if (!lane(request, response)) api.handle(request, response)
  })
  return {
    shares,
    close: async () => {
      await shares.stop()
      const closed = new Promise((resolve) => server.close(resolve))
      const stopTimer = context.clock.after(lastPatience, () => server.closeAllConnections())
      await api.close()
      server.closeIdleConnections()
      await closed
      stopTimer()
    },
  }
}
