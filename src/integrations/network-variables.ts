import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import type { CertificatePlace, NamedProxy } from '../protocol/diagnosis.ts'
import type { Environment } from './tool.ts'

/**
 * The proxy of HTTPS requests by the rules of undici: the lower-case name first, and the one of HTTP where there is none. Only scheme,
 * host and port are taken, as everything else of the URL may be a secret; what cannot be read as a URL is not shown at all.
 */
export function proxyFrom(env: Environment): NamedProxy | undefined {
  const variable = [nameOf(env, 'https_proxy'), nameOf(env, 'http_proxy')].find((name) => env[name])
  const given = variable === undefined ? undefined : env[variable]
  if (variable === undefined || given === undefined || !URL.canParse(given)) return undefined
  const { protocol, host } = new URL(given)
  return host === '' ? undefined : { variable, address: `${protocol}//${host}` }
}

/** A lower-case variable counts as soon as it is set, also to nothing. */
const nameOf = (env: Environment, name: string): string => (env[name] === undefined ? name.toUpperCase() : name)

/** Node reads the first one at its start. OpenSSL, Python and the tools in Rust read the others. */
const certificateVariables = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE']

/** The certificates that the environment names, and which of them are not there: of such a variable a tool says nothing that helps. */
export function certificatePlaces(env: Environment): Promise<readonly CertificatePlace[]> {
  const named = certificateVariables.flatMap((variable) => (env[variable] ? [{ variable, path: env[variable] }] : []))
  return Promise.all(
    named.map(async (place): Promise<CertificatePlace> => {
      const problem = await access(place.path, constants.R_OK).then(() => undefined, problemOf)
      return problem === undefined ? place : { ...place, problem }
    }),
  )
}

const problemOf = ({ code }: NodeJS.ErrnoException) =>
  code === 'ENOENT' || code === 'ENOTDIR' ? ('missing' as const) : ('unreadable' as const)
