import type { ProviderClient } from '../core/index.ts'
import { practicePort } from '../practice/constants.ts'
import type { PracticeServer } from '../practice/index.ts'

/** The practice provider whose server is started with the first use, so that a broker without practice accounts runs none. */
export interface PracticeOnDemand {
  readonly client: ProviderClient
  /** Starts the server now, because an account of it exists and its tokens are of no use without the API. Never throws. */
  start(): Promise<void>
  stop(): Promise<void>
}

/**
 * Wraps the practice client: before anything is sent, the server is there. One that runs already, started by another broker or
 * by hand, is used as it is. The server is loaded here and nowhere else.
 */
export function practiceOnDemand(client: ProviderClient, folder: string | undefined): PracticeOnDemand {
  let starting: Promise<PracticeServer | undefined> | undefined
  const start = async () => {
    const { practiceServerAt, startPracticeServer } = await import('../practice/index.ts')
    if (await practiceServerAt(practicePort)) return undefined
    return startPracticeServer({ port: practicePort, ...(folder === undefined ? {} : { folder }) })
  }
  const ready = async () => {
    starting ??= start().catch((error: unknown) => {
      starting = undefined
      throw error
    })
    await starting
  }
  return {
    client: {
      ...client,
      startLogin: async (request) => {
        await ready()
        return client.startLogin(request)
      },
      refresh: async (grant) => {
        try {
          await ready()
        } catch (error) {
          return { kind: 'transient', error: { code: 'network', description: (error as Error).message } }
        }
        return client.refresh(grant)
      },
      revoke: async (grant) => {
        await ready()
        return client.revoke(grant)
      },
    },
    start: () => ready().catch(() => {}),
    stop: async () => {
      const server = await starting?.catch(() => undefined)
      await server?.close()
    },
  }
}
