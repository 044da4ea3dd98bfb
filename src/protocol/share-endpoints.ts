import { z } from 'zod'
import type { Endpoint } from './endpoint.ts'
import { createShareRequest, share, sharesResponse } from './share.ts'

const id = z.strictObject({ id: z.string().min(1).max(160) })

/** The routes about the sockets that are made to be forwarded. They are a part of `endpoints`. */
export const shareEndpoints = {
  shares: {
    method: 'GET',
    path: '/v1/shares',
    summary: 'Every share: a socket of its own that gives tokens of some accounts for some time.',
    response: sharesResponse,
  },
  createShare: {
    method: 'POST',
    path: '/v1/shares',
    summary: 'Makes a share. It ends after ten seconds unless somebody holds it.',
    body: createShareRequest,
    response: share,
  },
  holdShare: {
    method: 'GET',
    path: '/v1/shares/{id}/hold',
    summary: 'Server-sent events: `share` at once, and `end` with the reason. The share ends when this connection does.',
    params: id,
  },
  endShare: {
    method: 'DELETE',
    path: '/v1/shares/{id}',
    summary: 'Ends a share at once, with the connections to its socket.',
    params: id,
    response: share,
  },
} as const satisfies Record<string, Endpoint>
