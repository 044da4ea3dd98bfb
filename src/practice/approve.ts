import { Agent, type Dispatcher, request } from 'undici'
import { BrokerError } from '../protocol/errors.ts'

export interface ApprovalOptions {
  /** The `id` of the person to sign in as; the one that the page proposes by default. */
  readonly person?: string
  /** Presses Deny instead of Allow. */
  readonly deny?: boolean
}

/** A login by device code takes six: the page, the code, its confirmation, the consent form, its answer, and the way back. */
const stepLimit = 10

interface Visit {
  readonly url: URL
  readonly form?: URLSearchParams
}

/** Where a visit leads: a page of the server, or a redirect away from it. */
type Arrival =
  | { readonly kind: 'page'; readonly url: URL; readonly html: string }
  | { readonly kind: 'away'; readonly location: string }

type Browse = (visit: Visit) => Promise<Arrival>

/**
 * Signs in at a practice server as a person with a browser would, without a browser: it follows the redirects, keeps the
 * cookies, and sends the consent form. Answers the redirect URL that the login ends on, which it does not fetch. Throws
 * `login_failed` when the server shows an error page. Only a server on this computer is ever approved.
 */
export function approveAuthorization(authorizationUrl: string, options: ApprovalOptions = {}): Promise<string> {
  return withBrowser(authorizationUrl, async (url, browse) => {
    const asked = await browse({ url })
    const end = asked.kind === 'away' ? asked : await browse({ url: asked.url, form: decide(asked.html, options) })
    if (end.kind === 'page') throw new BrokerError('login_failed', 'The login ended on a page instead of a redirect.')
    return end.location
  })
}

/**
 * Signs in by device code (RFC 8628 section 3.3) as a person with a browser would: it types the code at the verification URI,
 * confirms it, and sends the consent form. A URI that has the code in it does as well. Throws `login_failed` when the server
 * does not take the code. Only a server on this computer is ever approved.
 */
export function approveDevice(verificationUri: string, userCode: string, options: ApprovalOptions = {}): Promise<void> {
  return withBrowser(verificationUri, async (url, browse) => {
    let shown = await browse({ url })
    for (;;) {
      if (shown.kind === 'away') throw new BrokerError('login_failed', `The login led away to ${shown.location}.`)
      // The page after the last answer asks nothing.
      if (!shown.html.includes('<form')) return
      shown = await browse({ url: actionOf(shown), form: answer(shown.html, userCode, options) })
    }
  })
}

/** Types the code as `approveDevice` does, and presses Deny on the consent page. */
export function denyDevice(verificationUri: string, userCode: string): Promise<void> {
  return approveDevice(verificationUri, userCode, { deny: true })
}

async function withBrowser<T>(address: string, body: (url: URL, browse: Browse) => Promise<T>): Promise<T> {
  const start = new URL(address)
  if (start.protocol !== 'http:' || start.hostname !== '127.0.0.1') {
    throw new BrokerError('login_failed', 'Only a practice server on this computer can be approved without a person.')
  }
  const dispatcher = new Agent()
  try {
    return await body(start, browser(start.origin, dispatcher))
  } finally {
    await dispatcher.destroy()
  }
}

/** Follows the redirects within an origin and keeps the cookies, up to the step limit over all visits. */
function browser(origin: string, dispatcher: Agent): Browse {
  // All cookies go to all paths: each has a name of its own, and no other origin is ever visited.
  const cookies = new Map<string, string>()
  let steps = 0
  return async (first) => {
    for (let visit = first; steps < stepLimit; steps += 1) {
      const response = await send(visit, cookies, dispatcher)
      const html = await response.body.text()
      const { location } = response.headers
      if (typeof location !== 'string') {
        if (response.statusCode === 200) return { kind: 'page', url: visit.url, html }
        throw new BrokerError('login_failed', `The practice server refused the login (HTTP ${response.statusCode}).`)
      }
      const url = new URL(location, visit.url)
      if (url.origin !== origin) return { kind: 'away', location }
      visit = { url }
    }
    throw new BrokerError('login_failed', `The login did not end within ${stepLimit} steps.`)
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

/** Where the form of a page goes: to the page itself when it does not say. */
const actionOf = ({ url, html }: { readonly url: URL; readonly html: string }): URL =>
  new URL(/<form[^>]* action="([^"]*)"/.exec(html)?.[1] ?? url, url)

/** Answers whichever page of a device login is shown. */
function answer(html: string, userCode: string, options: ApprovalOptions): URLSearchParams {
  const hidden = [...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)]
  const form = new URLSearchParams(hidden.map(([, name = '', value = '']): [string, string] => [name, value]))
  if (/<button[^>]* name="confirm"/.test(html)) {
    if (form.get('user_code') !== userCode) throw new BrokerError('login_failed', 'The practice server shows another code.')
    form.set('confirm', 'yes')
  } else if (/<input[^>]* name="user_code"/.test(html)) {
    form.set('user_code', userCode)
  } else {
    return decide(html, options)
  }
  return form
}

/** Fills in the consent form as shown, so that a person who is not on the page cannot be chosen. */
function decide(html: string, options: ApprovalOptions): URLSearchParams {
  const people = [...html.matchAll(/<input type="radio" name="person" value="([^"]*)"/g)].map(([, id]) => id)
  const person = options.person === undefined ? people[0] : people.find((id) => id === options.person)
  if (person === undefined) {
    throw new BrokerError('login_failed', 'The practice server does not offer that person.', {
      fix: people.length === 0 ? 'Check that the address is one of a practice server.' : `Choose one of ${people.join(', ')}.`,
    })
  }
  return new URLSearchParams({ person, decision: options.deny ? 'deny' : 'allow' })
}
