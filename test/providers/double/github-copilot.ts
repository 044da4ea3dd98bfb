// GitHub: the device flow with errors under status 200, and the Copilot token that is made of the GitHub token.
import { type Answer, type DoubleRequest, fault, good, refusal } from './answer.ts'
import { isAnswer, personOf } from './device-answers.ts'
import { bearerOf, type DoubleGrant } from './grants.ts'
import type { Ground, Server } from './ground.ts'
import { anything, deviceGrantType, requireGet, takeBody } from './parameters.ts'
import { randomWord } from './random.ts'

const provider = 'github-copilot'
const clientId = 'Iv1.b507a08c87ecfe98'
/** A GitHub token of such an app has no end; this one outlives every test. Seconds. */
const noEnd = 31_536_000

const githubError = (status: number, message: string): Answer => ({
  status,
  body: { message, documentation_url: 'https://docs.github.com/rest', status: String(status) },
})

/** The numeric id of a person at GitHub. */
export const githubIdOf = (user: string): number =>
  [...user].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 90_000_000, 7)

export function githubCopilot(ground: Ground): Server {
  return {
    routes: {
      '/login/device/code': (request) => asked(ground, request, () => start(ground, request)),
      '/login/oauth/access_token': (request) => asked(ground, request, () => poll(ground, request)),
      '/copilot_internal/v2/token': (request) => copilotToken(ground, request),
      '/copilot_internal/user': (request) => {
        const person = githubPerson(ground, request)
        return good(usageOf(person.plan))
      },
      '/user': (request) => {
        const { user, name, email } = githubPerson(ground, request)
        return good({ id: githubIdOf(user), login: user, name, email: email ?? null, type: 'User' })
      },
      '/copilot-api/models': (request) => models(ground, request),
    },
  }
}

/** Who does not ask for JSON is answered with a form. */
function asked(ground: Ground, { headers, path }: DoubleRequest, proper: () => Answer): Answer {
  const answer = proper()
  if (headers.accept?.split(/,\s*/).includes('application/json')) return answer
  ground.record.answer(answer)
  ground.record.faults.push(`${provider}: ${path} was not asked for application/json.`)
  const members = Object.entries(answer.body as Record<string, unknown>)
  const form = new URLSearchParams(members.map(([name, value]): [string, string] => [name, String(value)]))
  const type = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }
  return { status: answer.status, body: form.toString(), headers: type }
}

function start(ground: Ground, request: DoubleRequest): Answer {
  takeBody(provider, request, ['form', 'json'], { client_id: clientId, scope: 'read:user' })
  const { handle, userCode, interval } = ground.devices.start(provider)
  const verificationUri = `${ground.origin}/login/device`
  return good({ device_code: handle, user_code: userCode, verification_uri: verificationUri, expires_in: 899, interval })
}

function poll(ground: Ground, request: DoubleRequest): Answer {
  const expected = { client_id: clientId, device_code: anything, grant_type: deviceGrantType }
  const body = takeBody(provider, request, ['form', 'json'], expected)
  const person = personOf(provider, ground.devices.poll(provider, body.device_code), 200)
  if (isAnswer(person)) return person
  const grant = ground.grants.open({ provider, clientId, person, scope: '' })
  // Every request that is made with it looks it up as an access token.
  return good({ access_token: ground.grants.addAccess(grant, randomWord('ghu_'), noEnd), token_type: 'bearer', scope: '' })
}

/** The person of a GitHub token, whose login has not ended. */
function githubPerson(ground: Ground, request: DoubleRequest) {
  requireGet(provider, request)
  if (!request.headers['user-agent']) {
    throw fault(
      `${provider}: GitHub was asked without a User-Agent.`,
      githubError(403, 'Request forbidden by administrative rules.'),
    )
  }
  const token = bearerOf(request, ['bearer', 'token'])
  if (token === undefined)
    throw fault(`${provider}: GitHub was asked without a token.`, githubError(401, 'Requires authentication'))
  if (ground.apiKeys.has(token)) return ground.person
  if (!token.startsWith('ghu_') && ground.grants.ownerOf(token) !== undefined) {
    throw fault(`${provider}: GitHub was sent a token that is not its own.`, githubError(401, 'Bad credentials'))
  }
  const grant = ground.grants.findAccess(provider, token)
  if (grant !== undefined && !grant.ended) return grant.person
  throw refusal(`${provider}: the GitHub token is not good.`, githubError(401, 'Bad credentials'))
}

function copilotToken(ground: Ground, request: DoubleRequest): Answer {
  if (!request.headers['editor-version']) {
    throw fault(
      `${provider}: a Copilot token was asked for without an Editor-Version.`,
      githubError(400, 'Editor-Version is missing'),
    )
  }
  const person = githubPerson(ground, request)
  const source = bearerOf(request, ['bearer', 'token']) ?? ''
  // Only a token of an app that GitHub knows as an editor is exchanged.
  if (!source.startsWith('ghu_'))
    throw refusal(`${provider}: this GitHub token is exchanged for nothing.`, githubError(404, 'Not Found'))
  const grant: DoubleGrant =
    ground.grants.findAccess(provider, source) ?? ground.grants.open({ provider, clientId, person, scope: '' })
  const lifetime = ground.lifetime(1_800)
  const end = Math.floor(Date.now() / 1000) + lifetime
  const sku = `sku=${person.plan}_individual`
  const token = `tid=${randomWord()};exp=${end};${sku};proxy-ep=proxy.individual.githubcopilot.com;8kp=1:${randomWord()}`
  ground.grants.addAccess(grant, token, lifetime)
  return good({
    token,
    expires_at: end,
    refresh_in: Math.max(1, lifetime - 300),
    endpoints: { api: `${ground.origin}/copilot-api`, proxy: 'https://proxy.individual.githubcopilot.com' },
    chat_enabled: true,
    individual: true,
  })
}

function models(ground: Ground, request: DoubleRequest): Answer {
  requireGet(provider, request)
  for (const name of ['editor-version', 'copilot-integration-id', 'user-agent']) {
    if (!request.headers[name]) throw fault(`${provider}: the Copilot API was asked without ${name}.`)
  }
  const grant = ground.grants.findAccess(provider, bearerOf(request) ?? '')
  if (grant === undefined)
    throw refusal(`${provider}: the Copilot token is not good.`, githubError(401, 'unauthorized: token expired'))
  const model = {
    id: 'gpt-5',
    model_picker_enabled: true,
    policy: { state: 'enabled' },
    capabilities: { supports: { tool_calls: true } },
  }
  return good({ data: [model], object: 'list' })
}

function usageOf(plan: string) {
  const unlimited = { entitlement: 0, remaining: 0, percent_remaining: 100, unlimited: true }
  return {
    copilot_plan: plan,
    access_type_sku: `${plan}_individual`,
    assigned_date: '2026-01-01T00:00:00Z',
    quota_reset_date: new Date(Date.now() + 864_000_000).toISOString().slice(0, 10),
    quota_snapshots: {
      premium_interactions: {
        entitlement: 300,
        remaining: 120,
        quota_remaining: 120,
        percent_remaining: 40,
        quota_id: 'premium_interactions',
        unlimited: false,
        overage_count: 0,
        overage_permitted: false,
      },
      chat: { ...unlimited, quota_id: 'chat' },
      completions: { ...unlimited, quota_id: 'completions' },
    },
    token_based_billing: false,
  }
}
