import type { IncomingMessage, ServerResponse } from 'node:http'
import type { InteractionResults } from 'oidc-provider'
import { errors } from 'oidc-provider'
import { practicePaths } from './constants.ts'
import { consentPage, messagePage, type Page } from './pages.ts'
import type { PracticePerson } from './people.ts'
import type { AuthorizationServer } from './provider.ts'
import type { StateStore } from './state-store.ts'

/** The form is two short words. */
const formLimit = 1024

export interface ConsentOptions {
  readonly server: AuthorizationServer
  readonly store: StateStore
  readonly people: readonly PracticePerson[]
}

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/**
 * Shows and takes the consent form, in plain HTTP: any client that keeps cookies and follows redirects can fill it in, with
 * `person` and `decision` (`allow` or `deny`). The form is bound to its login by the signed cookie and the uid in its path,
 * neither of which another site can know.
 */
export function consentHandler(options: ConsentOptions): Handler {
  const { people, server } = options
  const form = consentPage(people, server.redirectOrigins)
  return async (request, response) => {
    const { provider } = server
    try {
      const login = await provider.interactionDetails(request, response)
      if (request.url !== `${practicePaths.interaction}/${login.uid}`) return sendPage(response, expired)
      if (request.method !== 'POST') return sendPage(response, form)
      const decision = readDecision(await readForm(request), people)
      if (decision === undefined) return sendPage(response, unreadable)
      const result = decision === 'deny' ? denied : await granted(provider, login.params, decision)
      const target = await provider.interactionResult(request, response, result, { mergeWithLastSubmission: false })
      await options.store.flush()
      response.writeHead(303, { location: target, 'cache-control': 'no-store' }).end()
    } catch (error) {
      sendPage(response, error instanceof errors.SessionNotFound ? expired : failed)
    }
  }
}

/** Sends one of our pages. */
export function sendPage(response: ServerResponse, page: Page): void {
  response.writeHead(page.status, { ...page.headers, 'content-length': Buffer.byteLength(page.html) }).end(page.html)
}

const expired = messagePage(
  400,
  'This sign-in is over',
  'It was finished already or waited too long. Start it again from TokenTray.',
)
const unreadable = messagePage(400, 'That was not an answer', 'Go back, choose an account, and press Allow or Deny.')
const failed = messagePage(
  500,
  'The practice server failed',
  'It could not keep your answer. Start the sign-in again from TokenTray.',
)

const denied: InteractionResults = { error: 'access_denied', error_description: 'the person denied the access' }

type GrantMaker = AuthorizationServer['provider']

async function granted(
  provider: GrantMaker,
  params: Readonly<Record<string, unknown>>,
  person: PracticePerson,
): Promise<InteractionResults> {
  const grant = new provider.Grant({ accountId: person.id, clientId: String(params.client_id) })
  if (typeof params.scope === 'string') grant.addOIDCScope(params.scope)
  return { login: { accountId: person.id, remember: false }, consent: { grantId: await grant.save() } }
}

function readDecision(form: URLSearchParams, people: readonly PracticePerson[]): 'deny' | PracticePerson | undefined {
  const decision = form.get('decision')
  if (decision === 'deny') return decision
  return decision === 'allow' ? people.find((person) => person.id === form.get('person')) : undefined
}

/** Reads the form; one that is too long, or no form, is read as empty. */
async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  if (request.headers['content-type']?.split(';')[0]?.trim() !== 'application/x-www-form-urlencoded') return new URLSearchParams()
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk
    if (text.length > formLimit) return new URLSearchParams()
  }
  return new URLSearchParams(text)
}
