import type { ApiOutcome, Grant } from '../core/index.ts'
import type { Claims } from './jwt.ts'
import type { ProviderContext } from './provider-context.ts'
import type { ApiDefinition, ProviderDefinition } from './provider-definition.ts'
import { notOAuth, parseObject, printable, readError, readRetryAfter, statusError } from './token-endpoint.ts'
import { type HttpAnswer, TransportError } from './transport.ts'

/** What an API says of a token that it does not take, beside the status 401. */
const badToken = /bad.credentials|access token could not be validated|invalid.api.key/i

/** The API that a grant is used with: a key may have another one than a login. */
export function apiOf(definition: ProviderDefinition, grant: Grant): ApiDefinition {
  const key = definition.keys?.find(({ kind }) => kind === grant.kind)
  return key?.api ?? definition.api
}

/** Asks the API with the token of a grant. Never throws. `deadline` in milliseconds. */
export async function askApi(
  definition: ProviderDefinition,
  context: ProviderContext,
  grant: Grant,
  { url, deadline }: { readonly url: string; readonly deadline?: number },
): Promise<ApiOutcome<Claims>> {
  const { tokenHeader, headers } = apiOf(definition, grant)
  const token = grant.accessToken.expose()
  const installation = context.installation()
  return askJson(context, {
    url,
    headers: {
      'user-agent': `TokenTray/${installation.version}`,
      ...headers?.(grant.identity, installation),
      ...(tokenHeader === undefined ? { authorization: `${grant.tokenType} ${token}` } : { [tokenHeader]: token }),
    },
    ...(deadline === undefined ? {} : { deadline }),
  })
}

/** Sends a GET request and reads the JSON object of its answer. Never throws. */
export async function askJson(
  { transport }: Pick<ProviderContext, 'transport'>,
  request: { readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly deadline?: number },
): Promise<ApiOutcome<Claims>> {
  try {
    const { headers, ...rest } = request
    return readAnswer(await transport({ ...rest, method: 'GET', headers: { accept: 'application/json', ...headers } }))
  } catch (error) {
    const reason = error instanceof TransportError ? error.reason : { code: 'network', description: 'The request failed.' }
    return { kind: 'failed', error: reason }
  }
}

function readAnswer(answer: HttpAnswer): ApiOutcome<Claims> {
  const { status, text } = answer
  const body = parseObject(text)
  if (status >= 200 && status < 300 && body !== undefined) return { kind: 'good', value: body }
  const said = body === undefined ? undefined : (readError(body)?.description ?? printable(text))
  const detail = said === undefined ? {} : { detail: `${status}: ${said}` }
  if (body !== undefined && (status === 401 || (status === 403 && badToken.test(text)))) {
    return { kind: 'refused', error: { code: 'token_refused', description: 'The provider refused the token.' }, ...detail }
  }
  const retryAfter = readRetryAfter(answer)
  const later = retryAfter === undefined ? {} : { retryAfter }
  return { kind: 'failed', error: body === undefined ? notOAuth(answer) : describe(status), ...detail, ...later }
}

function describe(status: number) {
  if (status === 403) return { code: 'forbidden', description: 'The provider does not allow this account to ask that (403).' }
  return statusError(status)
}
