import type { IncomingHttpHeaders } from 'node:http'
import { BrokerError } from '../protocol/index.ts'

const ownHosts = new Set(['', 'localhost', '127.0.0.1', '[::1]', 'tokentray'])

/**
 * Refuses what no program on this computer would send: a request of a web page (`Origin`, `Referer`, and for a picture that hides
 * both, `Sec-Fetch-Site`) or for a foreign `Host`. A browser cannot open a unix socket, but a forwarded or tunnelled one can be
 * reached, and then this is what stops a page. Throws `request_refused`.
 */
export function refuseForeignRequest(headers: IncomingHttpHeaders): void {
  const { origin, referer, host = '', 'sec-fetch-site': site = 'none' } = headers
  if (origin !== undefined || referer !== undefined || site !== 'none') {
    throw new BrokerError('request_refused', 'A request with Origin, Referer or Sec-Fetch-Site is refused.')
  }
  if (!ownHosts.has(host) && !ownHosts.has(host.replace(/:\d+$/, '').toLowerCase())) {
    throw new BrokerError('request_refused', 'The Host of the request is foreign.', {
      fix: 'Ask for http://localhost/v1/…',
    })
  }
}
