// What the double has seen: every request, every deviation of the client and every secret.
import type { Answer, DoubleRequest } from './answer.ts'

const secretParameters = ['code', 'code_verifier', 'refresh_token', 'token', 'state', 'device_code', 'device_auth_id']
/** An error has a `code` too, so that a code counts as secret where it is made and where it is sent, and not here. */
const secretMembers = [
  'access_token',
  'refresh_token',
  'id_token',
  'key',
  'token',
  'authorization_code',
  'code_verifier',
  'device_code',
  'device_auth_id',
]

/** What is shorter stands in any text by chance, and nothing that a server makes is. */
const shortest = 8

export class DoubleRecord {
  readonly faults: string[] = []
  readonly refusals: string[] = []
  readonly requests: DoubleRequest[] = []
  readonly secrets = new Set<string>()

  /** Remembers a secret. The claims of a JWT are public; its signature alone is as good as the whole. */
  keep(secret: unknown): void {
    if (typeof secret !== 'string' || secret.length < shortest) return
    this.secrets.add(secret)
    const signature = /^[\w-]+\.[\w-]+\.([\w-]+)$/.exec(secret)?.[1]
    if (signature !== undefined) this.secrets.add(signature)
  }

  request(request: DoubleRequest): void {
    this.requests.push(request)
    if (typeof request.body === 'object') for (const name of secretParameters) this.keep(request.body[name])
    this.keep(request.headers.authorization?.replace(/^\w+ /, ''))
    this.keep(request.headers['x-api-key'])
    for (const name of [...secretParameters, 'access_token']) {
      if (request.query.has(name)) this.faults.push(`${name} is in the query of ${request.path}, where every log shows it.`)
      this.keep(request.query.get(name))
    }
  }

  answer({ body }: Answer): void {
    if (typeof body !== 'object' || body === null) return
    for (const name of secretMembers) this.keep((body as Readonly<Record<string, unknown>>)[name])
  }
}
