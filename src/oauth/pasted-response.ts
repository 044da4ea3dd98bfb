import { BrokerError } from '../protocol/index.ts'

/**
 * Reads what a person copied from the browser: the whole address, its query string, `code`, or `code#state`. Answers the
 * parameters of the authorization response (RFC 6749 section 4.1.2); `state` is absent when the person copied only the code.
 * Throws `invalid_pasted_response` with the reason for anything else.
 */
export function parsePastedResponse(pasted: string): URLSearchParams {
  const text = pasted.trim().replace(/^["'<]+|["'>]+$/g, '')
  if (text === '') throw unusable('Nothing was pasted.')
  const parameters = parametersOf(text)
  for (const name of ['code', 'state', 'error']) {
    if (parameters.getAll(name).length > 1) throw unusable(`The pasted response has more than one \`${name}\`.`)
  }
  if (parameters.get('code') || parameters.get('error')) return parameters
  throw unusable(missingCode(text))
}

/**
 * A code by itself. RFC 6749 allows any printable text; the ones in use are long and of these characters, and a word or a
 * password that was pasted by mistake must not be sent to anybody.
 */
const bareCode = /^[\w.~+/=-]{16,}$/

function parametersOf(text: string): URLSearchParams {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    if (!URL.canParse(text)) throw unusable('The pasted address is not complete.')
    const url = new URL(text)
    const fragment = new URLSearchParams(url.hash.slice(1))
    return fragment.has('code') ? fragment : url.searchParams
  }
  if (/^[?#&]|(^|&)(code|state|error)=/.test(text)) return new URLSearchParams(text.replace(/^[?#&]+/, ''))
  if (/\s/.test(text)) throw unusable('The pasted text contains spaces, so it is not a code.')
  const [code = '', state, ...rest] = text.split('#')
  if (rest.length > 0 || !bareCode.test(code)) throw unusable('The pasted text is not a code.')
  return new URLSearchParams(state === undefined ? { code } : { code, state })
}

function missingCode(text: string): string {
  if (/\/success\b/.test(text))
    return 'That is the address of the last page. The one before it, which contains `code=`, is needed.'
  if (/[?&](code_challenge|response_type)=/.test(text)) {
    return 'That is the link to sign in with. Open it, allow the access, then paste the address you end on.'
  }
  return 'The pasted address contains no `code=`.'
}

function unusable(reason: string): BrokerError {
  return new BrokerError('invalid_pasted_response', reason)
}
