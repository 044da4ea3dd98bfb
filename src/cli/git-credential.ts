import { BrokerError } from '../protocol/errors.ts'
import type { TokenResponse } from '../protocol/token.ts'
import { askToken, type TokenSource } from './asked-token.ts'
import { dialects } from './dialects.ts'

/** Hosts whose provider has a usual name, for those who name none, and the domain that their tokens are for. */
const usualHosts: Readonly<Record<string, { readonly provider: string; readonly domain: string }>> = {
  'github.com': { provider: 'github', domain: 'github.com' },
  'gist.github.com': { provider: 'github', domain: 'github.com' },
}

/** What git wants a credential for (git-credential(1)): `protocol`, `host` and more, each in a line of `key=value`. */
type GitRequest = ReadonlyMap<string, string>

/** Throws `invalid_request` for what git does not write. */
export function readGitRequest(text: string): GitRequest {
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''))
  const end = lines.indexOf('')
  const entries = lines.slice(0, end < 0 ? undefined : end).map((line) => {
    const at = line.indexOf('=')
    if (at > 0) return [line.slice(0, at), line.slice(at + 1)] as const
    throw new BrokerError('invalid_request', 'Git did not ask for a credential in the way it does.', {
      fix: 'This command is for git; see `tokentray credential git --help`.',
    })
  })
  return new Map(entries)
}

/**
 * Answers git: lines with a name and a token for `get`, and nothing for everything else that git may say, because a login is neither
 * stored nor erased from outside. Nothing as well for a host that no provider is known for: git asks its next helper then.
 */
export async function gitCredential(
  operation: string,
  request: GitRequest,
  selector: string | undefined,
  source: Omit<TokenSource, 'client'>,
): Promise<string> {
  const [protocol = '', host = ''] = [request.get('protocol'), request.get('host')?.toLowerCase()]
  const usual = protocol === 'https' ? usualHosts[host] : undefined
  const wanted = selector ?? usual?.provider
  if (operation !== 'get' || wanted === undefined) return ''
  const token = await askToken(wanted, { ...source, client: 'git' }).catch((error: unknown) => {
    if (selector !== undefined || !(error instanceof BrokerError) || error.code !== 'unknown_provider') throw error
    throw new BrokerError('unknown_provider', `There is no provider "${wanted}" yet, whose token git could be given.`, {
      fix: 'Add a file for it, as PROVIDERS.md describes, or name another provider with --selector.',
    })
  })
  return isFor(token, protocol, usual?.domain ?? host) ? dialects.git(token) : ''
}

/**
 * A token goes to the server it is for, and to no other one that git happens to talk to (S7): the host of the API, or the domain that it
 * belongs to.
 */
function isFor({ base_url: address }: TokenResponse, protocol: string, host: string): boolean {
  const api = new URL(address)
  if (api.protocol !== `${protocol}:`) return false
  // `com` is no domain that anybody has, and an address of four numbers has no part that is one.
  return api.host === host || (/\.[a-z]/.test(host) && api.host.endsWith(`.${host}`))
}
