import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RedirectListener, type RedirectRequest } from '../../src/oauth/redirect-listener.ts'
import { anyText, mutated, secretText } from '../support/mutations.ts'
import { propertyRuns, propertyTimeout, roundTripRuns } from '../support/property-runs.ts'

const port = 1455
const path = '/auth/callback'

interface Visit {
  readonly request: RedirectRequest
  /** What the visit did to the login. */
  readonly deliveries: readonly URLSearchParams[]
  readonly cancellations: number
  readonly status: number
}

/** One visit to a port on which the login with this `state` waits. Nothing is bound. */
function visit(state: string, request: RedirectRequest): Visit {
  const deliveries: URLSearchParams[] = []
  let cancellations = 0
  const listener = new RedirectListener(port)
  listener.add({
    host: '127.0.0.1',
    path,
    state,
    deliver: (parameters) => {
      deliveries.push(parameters)
      return 'received'
    },
    cancel: () => {
      cancellations += 1
    },
  })
  const { status } = listener.judge(request)
  return { request, deliveries, cancellations, status }
}

const host = `127.0.0.1:${port}`
const query = (code: string, state: string) => `${path}?${new URLSearchParams({ code, state })}`
const headers = fc.record(
  {
    host: fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(host, `localhost:${port}`, `[::1]:${port}`) },
      { weight: 1, arbitrary: mutated(fc.constant(host)) },
    ),
    origin: fc.constantFrom('null', 'https://example.com'),
    referer: fc.constant('https://example.com/'),
    'sec-fetch-site': fc.constantFrom('none', 'same-origin', 'cross-site', ''),
  },
  { requiredKeys: [] },
)
const method = fc.oneof({ weight: 6, arbitrary: fc.constant('GET') }, fc.constantFrom('POST', 'HEAD', 'get', ''), fc.string())

test(
  'the redirect of this very login is delivered once, whatever its code is',
  () => {
    fc.assert(
      fc.property(secretText, fc.string({ minLength: 1 }), (state, code) => {
        const { deliveries, cancellations, status } = visit(state, { method: 'GET', url: query(code, state), headers: { host } })
        expect({ cancellations, status, codes: deliveries.map((one) => one.getAll('code')) }).toEqual({
          cancellations: 0,
          status: 200,
          codes: [[code]],
        })
      }),
      { numRuns: roundTripRuns },
    )
  },
  propertyTimeout,
)

test(
  'R1: a request that does not carry the state changes nothing',
  () => {
    const url = anyText(
      fc.oneof(
        fc.tuple(secretText, secretText).map(([code, state]) => query(code, state)),
        fc.constantFrom('/success', `${path}?error=access_denied`, `${path}?state=&code=x`),
      ),
    )
    fc.assert(
      fc.property(secretText, method, url, headers, (state, verb, target, given) => {
        fc.pre(!target.includes('cancel'))
        const { deliveries, cancellations, status } = visit(state, { method: verb, url: target, headers: given })
        expect([deliveries.length, cancellations]).toEqual([0, 0])
        expect(status === 200 ? target.split('?')[0] : '/success').toBe('/success')
      }),
      { numRuns: propertyRuns },
    )
  },
  propertyTimeout,
)

/** The redirect of a login, as it should be or with a fault in it. `\0` stands for the state until the fault is made. */
const redirects = fc
  .tuple(
    secretText,
    secretText,
    fc.oneof(fc.constant('\0'), mutated(fc.constant('\0'))),
    mutated(fc.constant('/auth/callback?\n')),
    fc.boolean(),
  )
  .map(([code, state, shown, target, whole]) => {
    const parameters = `${new URLSearchParams({ code })}&state=${shown.replace('\0', encodeURIComponent(state))}`
    return { state, url: (whole ? `${path}?\n` : target).replace('\n', parameters) }
  })

test(
  'what is delivered came by GET, to our own host, for the exact path, with one state and one result',
  () => {
    fc.assert(
      fc.property(redirects, method, headers, ({ state, url }, verb, given) => {
        const request = { method: verb, url, headers: given }
        const { deliveries, cancellations, status } = visit(state, request)
        expect(cancellations).toBe(0)
        expect(deliveries.length).toBeLessThanOrEqual(1)
        expect([200, 400, 404, 405]).toContain(status)
        for (const parameters of deliveries) {
          expect(request.method).toBe('GET')
          expect([host, `localhost:${port}`, `[::1]:${port}`]).toContain(request.headers.host)
          expect(request.url.split('?')[0]).toBe(path)
          expect(parameters.getAll('state')).toEqual([state])
          expect([...parameters.getAll('code'), ...parameters.getAll('error')].filter(Boolean)).toHaveLength(1)
        }
      }),
      { numRuns: propertyRuns },
    )
  },
  propertyTimeout,
)

test(
  'a cancellation is one of a program of this computer, never of a page',
  () => {
    fc.assert(
      fc.property(secretText, method, mutated(fc.constantFrom('/cancel', '/cancel?x=1')), headers, (state, verb, url, given) => {
        const { deliveries, cancellations } = visit(state, { method: verb, url, headers: given })
        expect(deliveries).toEqual([])
        if (cancellations === 0) return
        expect(verb).toBe('GET')
        expect(url.split('?')[0]).toBe('/cancel')
        expect(given).not.toHaveProperty('origin')
        expect(given).not.toHaveProperty('referer')
        expect([undefined, 'none']).toContain(given['sec-fetch-site'])
      }),
      { numRuns: propertyRuns },
    )
  },
  propertyTimeout,
)
