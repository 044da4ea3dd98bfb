import type { FastifyRequest } from 'fastify'
import { BrokerError } from '../protocol/index.ts'

const ownHosts = new Set(['', 'localhost', '127.0.0.1', '[::1]', 'tokentray'])

/**
 * Refuses what no program on this computer would send: a request of a web page (`Origin`, `Referer`) or for a foreign `Host`.
 * A browser cannot open a unix socket, but a forwarded or tunnelled one can be reached, and then this is what stops a page.
 */
export async function refuseForeignRequests({ headers }: FastifyRequest): Promise<void> {
  if (headers.origin !== undefined || headers.referer !== undefined) {
    throw new BrokerError('request_refused', 'A request with Origin or Referer is refused.')
  }
  const host = (headers.host ?? '').replace(/:\d+$/, '').toLowerCase()
  if (!ownHosts.has(host)) {
    throw new BrokerError('request_refused', 'The Host of the request is foreign.', {
      fix: 'Ask for http://localhost/v1/…',
    })
  }
}
