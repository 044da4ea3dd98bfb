// The authorization server of the benchmark, in a process of its own: the practice server of the product, and before it a front of
// the benchmark's that counts, delays and remembers. The broker and the peers know the front only.
//
// It prints the origin of the front first. Then it answers each line of JSON on standard input with one on standard output:
//   {do: 'approve', url, person?}   a person allows the login              {url} the redirect that it ends on
//   {do: 'refresh_token'}           a whole login, for peers that take one {refresh_token}
//   {do: 'delay', least, most}      of each answer to a refresh, in ms     {}
//   {do: 'exchanges', forget?}      what the front has seen                {exchanges: Seen[]}
//   {do: 'statistics'}              what the practice server has seen      PracticeStatistics
import { createHash, randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import {
  approveAuthorization,
  practiceClientId,
  practicePaths,
  practiceScopes,
  startPracticeServer,
} from '../../src/practice/index.ts'
import { startFront } from './front.ts'

const { values } = parseArgs({
  // 12,000 bits make an access token of 2,000 bytes, which is the size of the ones that people have.
  options: { bits: { type: 'string', default: '12000' }, life: { type: 'string', default: '3600' }, people: { type: 'string' } },
})
const people = Array.from({ length: Number(values.people ?? 0) }, (_, number) => {
  const id = `person-${number}`
  return { id, name: `Person ${number}`, email: `${id}@practice.example` }
})
const practice = await startPracticeServer({
  port: 0,
  accessTokenBits: Number(values.bits),
  accessTokenLifetime: Number(values.life),
  ...(people.length === 0 ? {} : { people }),
})
const front = await startFront(practice.issuer)
console.log(front.origin)

for await (const line of createInterface({ input: process.stdin })) console.log(JSON.stringify(await answer(JSON.parse(line))))
await front.close()
await practice.close()

async function answer(asked: Record<string, unknown>): Promise<unknown> {
  switch (asked.do) {
    case 'approve':
      return { url: await approve(String(asked.url), asked.person as string | undefined) }
    case 'refresh_token':
      return { refresh_token: await signIn() }
    case 'delay':
      front.delay = { least: Number(asked.least), most: Number(asked.most) }
      return {}
    case 'exchanges': {
      const exchanges = [...front.exchanges]
      if (asked.forget === true) front.exchanges.length = 0
      return { exchanges }
    }
    case 'statistics':
      return practice.statistics
    default:
      throw new Error(`nothing is known of ${String(asked.do)}`)
  }
}

/**
 * The consent page is visited at the practice server itself, which refuses every Host but its own. It names itself in the redirect
 * (RFC 9207), where the broker must find the server that it has asked.
 */
async function approve(url: string, person: string | undefined): Promise<string> {
  const visited = url.replace(front.origin, practice.issuer)
  const redirect = new URL(await approveAuthorization(visited, person === undefined ? {} : { person }))
  if (redirect.searchParams.has('iss')) redirect.searchParams.set('iss', front.origin)
  return redirect.href
}

/** A login as any other client makes it: authorization code and PKCE (RFC 7636). */
async function signIn(): Promise<string> {
  const verifier = randomBytes(32).toString('base64url')
  const redirect = 'http://127.0.0.1:1455/auth/callback'
  const url = new URL(practicePaths.authorization, practice.issuer)
  const parameters = {
    response_type: 'code',
    client_id: practiceClientId,
    redirect_uri: redirect,
    scope: practiceScopes.join(' '),
    state: randomBytes(16).toString('base64url'),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  const code = new URL(await approveAuthorization(url.href)).searchParams.get('code') ?? ''
  const form = {
    grant_type: 'authorization_code',
    client_id: practiceClientId,
    code,
    code_verifier: verifier,
    redirect_uri: redirect,
  }
  const response = await fetch(practice.issuer + practicePaths.token, { method: 'POST', body: new URLSearchParams(form) })
  const { refresh_token: refreshToken } = (await response.json()) as { refresh_token?: string }
  if (refreshToken === undefined) throw new Error(`the practice server answered ${response.status} without a refresh token`)
  return refreshToken
}
