import type { ApiOutcome, Grant, ProviderClient, Usage } from '../core/index.ts'
import { BrokerError, type LoginFlow, type ProviderInfo } from '../protocol/index.ts'
import { apiOf, askApi } from './api-request.ts'
import { AuthorizationCodeLogin } from './authorization-code-login.ts'
import { grantFromTokens, grantOfProgram } from './brought-grant.ts'
import { startDeviceLogin } from './device-login.ts'
import { discovering } from './discovery.ts'
import { verifyIdToken } from './id-token.ts'
import { grantFromKey } from './key-grant.ts'
import type { ProviderContext } from './provider-context.ts'
import type { ProviderDefinition } from './provider-definition.ts'
import { refresh, revoke } from './refresh.ts'

/** Makes a provider's data into what the broker uses. */
export function createProviderClient(definition: ProviderDefinition, context: ProviderContext): ProviderClient {
  const server = discovering(definition, context)
  return {
    id: definition.id,
    name: definition.name,
    aliases: definition.aliases,
    issuer: definition.issuer,
    info: infoOf(definition),
    access: (grant) => {
      const { baseUrl, headers, tokenHeader } = apiOf(definition, grant)
      return {
        baseUrl: grant.baseUrl ?? baseUrl,
        headers: headers?.(grant.identity, context.installation()) ?? {},
        ...(tokenHeader === undefined ? {} : { tokenHeader }),
      }
    },
    startLogin: async (request) => {
      const flow = flowOf(definition, request.flow)
      const complete = await server.required()
      if (flow === 'device') return startDeviceLogin(complete, context)
      const { redirect } = complete
      if (redirect === undefined) throw unknownFlow(definition, flow)
      return new AuthorizationCodeLogin(complete, redirect, context, { ...request, flow }).start()
    },
    grantFromKey: async (secret, kind) => grantFromKey(definition, context, secret, kind),
    grantFromTokens: async (tokens) => grantFromTokens(definition, context, tokens),
    grantOfProgram: (tokens) => grantOfProgram(definition, context.clock.now(), tokens),
    refresh: async (grant) => {
      try {
        return await refresh(await server.required(), grant, context)
      } catch (error) {
        return { kind: 'transient', error: unreachable(error), unused: true }
      }
    },
    verify: async (grant) => {
      try {
        return await verifyIdToken(await server.required(), context, grant)
      } catch {
        return { kind: 'unclear' }
      }
    },
    revoke: async (grant) => revoke(await server.whole(), grant, context),
    check: async (grant, timeout) => {
      const { check } = apiOf(definition, grant)
      const request = { url: check ?? '', deadline: timeout }
      const outcome = check === undefined ? none : await askApi(definition, context, asking(definition, grant), request)
      return outcome.kind === 'good' ? { kind: 'good', value: undefined } : outcome
    },
    checksToken: (grant) => {
      const { check, asksWithSource } = apiOf(definition, grant)
      return check !== undefined && asksWithSource !== true
    },
    usage: async (grant) => askUsage(definition, context, grant),
  }
}

const none = { kind: 'none' } as const

/** The grant with the token that questions about the account are asked with. */
function asking(definition: ProviderDefinition, grant: Grant): Grant {
  const source = apiOf(definition, grant).asksWithSource ? grant.refreshToken : undefined
  return source === undefined ? grant : { ...grant, accessToken: source }
}

async function askUsage(definition: ProviderDefinition, context: ProviderContext, grant: Grant): Promise<ApiOutcome<Usage>> {
  const { usage } = apiOf(definition, grant)
  const outcome = usage === undefined ? none : await askApi(definition, context, asking(definition, grant), { url: usage.url })
  return usage !== undefined && outcome.kind === 'good'
    ? { kind: 'good', value: usage.read(outcome.value) }
    : (outcome as Exclude<typeof outcome, { kind: 'good' }>)
}

/** The flow that is wanted, or the one that the provider prefers. Throws `invalid_request`. */
function flowOf(definition: ProviderDefinition, wanted: LoginFlow | undefined): LoginFlow {
  const flow = wanted ?? definition.flows[0]
  if (flow !== undefined && definition.flows.includes(flow)) return flow
  throw unknownFlow(definition, flow)
}

function unknownFlow({ id, name, flows, keys = [] }: ProviderDefinition, flow: LoginFlow | undefined): BrokerError {
  const ways = flows.map((each) => ({ browser: 'the browser', paste: '--paste', device: '--device' })[each])
  const fix =
    ways.length > 0
      ? `It is signed in to with ${ways.join(' or ')}.`
      : `Give it ${keys.map((key) => key.name).join(' or ')} with \`tokentray add ${id}\`.`
  return new BrokerError('invalid_request', `${name} has no sign-in ${flow === undefined ? '' : `by ${flow} `}of its own.`, {
    fix,
  })
}

function unreachable(error: unknown) {
  if (error instanceof BrokerError) return { code: error.code, description: error.message }
  return { code: 'internal_error', description: 'The refresh met an unexpected fault.' }
}

function infoOf(definition: ProviderDefinition): ProviderInfo {
  const { id, name, aliases, issuer, flows, keys = [], rules, accountPage, api } = definition
  return {
    id,
    name,
    aliases: [...aliases],
    issuer,
    flows: [...flows],
    keys: keys.map((key) => ({ kind: key.kind, name: key.name, where: key.where })),
    ...(rules === undefined ? {} : { rules }),
    ...(accountPage === undefined ? {} : { account_page: accountPage }),
    usage: api.usage !== undefined,
  }
}
