import { Agent, type Dispatcher, request } from 'undici'
import { BrokerError } from '../protocol/errors.ts'

export interface ApprovalOptions {
  /** The `id` of the person to sign in as; the one that the page proposes by default. */
  readonly person?: string
  /** Presses Deny instead of Allow. */
  readonly deny?: boolean
}

/** A login takes four: the request, the form, its answer, and the way back. */
const stepLimit = 8

interface Visit {
  readonly url: URL
  readonly form?: URLSearchParams
}

/**
 * Signs in at a practice server as a person with a browser would, without a browser: it follows the redirects, keeps the
 * cookies, and sends the consent form. Answers the redirect URL that the login ends on, which it does not fetch. Throws
 * `login_failed` when the server shows an error page. Only a server on this computer is ever approved.
 */
export async function approveAuthorization(authorizationUrl: string, options: ApprovalOptions = {}): Promise<string> {
  const start = new URL(authorizationUrl)
  if (start.protocol !== 'http:' || start.hostname !== '127.0.0.1') {
    throw new BrokerError('login_failed', 'Only a practice server on this computer can be approved without a person.')
  }
  const dispatcher = new Agent()
  // All cookies go to all paths: each has a name of its own, and no other origin is ever visited.
  const cookies = new Map<string, string>()
  let visit: Visit = { url: start }
  try {
    for (let step = 0; step < stepLimit; step += 1) {
      const response = await send(visit, cookies, dispatcher)
      const html = await response.body.text()
      const location = response.headers.location
      if (typeof location === 'string') {
        const url = new URL(location, visit.url)
        if (url.origin !== start.origin) return location
        visit = { url }
      } else if (response.statusCode === 200 && visit.form === undefined) {
        visit = { url: visit.url, form: fillIn(html, options) }
      } else {
        throw new BrokerError('login_failed', `The practice server refused the login (HTTP ${response.statusCode}).`)
      }
    }
    throw new BrokerError('login_failed', `The login did not end within ${stepLimit} steps.`)
  } finally {
    await dispatcher.destroy()
  }
}

async function send({ url, form }: Visit, cookies: Map<string, string>, dispatcher: Agent): Promise<Dispatcher.ResponseData> {
  const response = await request(url, {
    dispatcher,
    method: form === undefined ? 'GET' : 'POST',
    headers: {
      accept: 'text/html',
      cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
    },
    body: form?.toString() ?? null,
    signal: AbortSignal.timeout(10_000),
  })
  for (const cookie of [response.headers['set-cookie'] ?? []].flat()) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
    if (name !== undefined && value !== undefined) cookies.set(name, value)
  }
  return response
}

/** Fills in the form as shown, so that a person who is not on the page cannot be chosen. */
function fillIn(html: string, options: ApprovalOptions): URLSearchParams {
  const people = [...html.matchAll(/<input type="radio" name="person" value="([^"]*)"/g)].map(([, id]) => id)
  const person = options.person === undefined ? people[0] : people.find((id) => id === options.person)
  if (person === undefined) {
    throw new BrokerError('login_failed', 'The practice server does not offer that person.', {
      fix: people.length === 0 ? 'Check that the address is one of a practice server.' : `Choose one of ${people.join(', ')}.`,
    })
  }
  return new URLSearchParams({ person, decision: options.deny ? 'deny' : 'allow' })
}
