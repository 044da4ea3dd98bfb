import type { FastifyInstance, FastifyReply } from 'fastify'
import type { z } from 'zod'
import {
  type Broker,
  type Clock,
  type GrantVault,
  type History,
  type Ledger,
  type Log,
  moveVault,
  unlockVault,
} from '../core/index.ts'
import { BrokerError, type Diagnosis, type Endpoint, endpoints, type HealthResponse } from '../protocol/index.ts'
import { checked } from './checked.ts'
import type { ClientProofs } from './client-proof.ts'
import { streamEvents } from './event-stream.ts'
import { type MovedLoginDesk, takeOver } from './moved-login-desk.ts'
import type { Shares } from './shares.ts'
import type { TokenFileDesk } from './token-file-desk.ts'
import type { VaultDesk } from './vault-desk.ts'

/** Event streams at a time. They stay open, so that without a limit they could take every connection there is. */
const mostStreams = 256

export interface RouteContext {
  readonly broker: Broker
  /** For what a person does with the vault as a whole; no grant is read or written here. */
  readonly vault: Pick<GrantVault, 'unlock' | 'move'>
  readonly ledger: Ledger
  readonly history: History
  readonly proofs: ClientProofs
  readonly clock: Clock
  readonly health: HealthResponse
  readonly log: Log
  readonly tokenFiles: TokenFileDesk
  readonly movedLogins: MovedLoginDesk
  readonly shares: Shares
  /** What this process sees of the computer. `online` asks the servers of the accounts. */
  readonly diagnose: (online: boolean) => Promise<Diagnosis>
  /** On the socket of the default vault only. */
  readonly vaults?: VaultDesk
}

type Parsed<Schema> = Schema extends z.ZodType ? z.infer<Schema> : undefined

interface Call<Route extends Endpoint> {
  readonly params: Parsed<Route['params']>
  readonly query: Parsed<Route['query']>
  readonly body: Parsed<Route['body']>
  readonly reply: FastifyReply
}

/** Registers one endpoint of the protocol table: its schemas are checked before the handler sees anything. */
function add<Route extends Endpoint>(app: FastifyInstance, route: Route, handle: (call: Call<Route>) => unknown): void {
  app.route({
    method: route.method,
    url: route.path.replace(/\{(\w+)\}/g, ':$1'),
    handler: (request, reply) =>
      handle({
        params: check(route.params, request.params),
        query: check(route.query, request.query),
        body: check(route.body, request.body),
        reply,
      } as Call<Route>),
  })
}

const check = (schema: z.ZodType | undefined, value: unknown): unknown =>
  schema === undefined ? undefined : checked(schema, value)

/** The token socket, route by route, but for what the token lane answers. */
export function registerRoutes(app: FastifyInstance, context: RouteContext): void {
  const { broker, vault, clock } = context
  const streams = new Set<() => void>()
  app.addHook('preClose', async () => {
    for (const end of streams) end()
  })
  add(app, endpoints.diagnosis, ({ query }) => context.diagnose(query.online === 'true'))
  add(app, endpoints.status, () => broker.snapshot())
  add(app, endpoints.events, ({ reply }) => {
    if (streams.size >= mostStreams) {
      throw new BrokerError('temporarily_unavailable', `${mostStreams} programs follow the events already.`, { retryAfter: 10 })
    }
    reply.hijack()
    const end = streamEvents(reply.raw, broker, clock)
    streams.add(end)
    reply.raw.on('close', () => streams.delete(end))
  })
  add(app, endpoints.startLogin, ({ body, reply }) => {
    reply.header('cache-control', 'no-store')
    return broker.startLogin(body)
  })
  add(app, endpoints.login, ({ params, query }) => broker.loginStatus(params.id, (query.wait ?? 0) * 1000))
  add(app, endpoints.pastedResponse, ({ params, body }) => broker.submitResponse(params.id, body.pasted))
  add(app, endpoints.decideLogin, ({ params, body }) => broker.decideLogin(params.id, body.decision))
  add(app, endpoints.cancelLogin, ({ params }) => broker.cancelLogin(params.id))
  add(app, endpoints.lock, () => broker.lock())
  add(app, endpoints.unlock, ({ body }) => unlockVault(vault, body))
  add(app, endpoints.moveVault, ({ body }) => moveVault(vault, body))
  registerAccountRoutes(app, context)
  registerClientRoutes(app, context)
  registerTokenFileRoutes(app, context)
  registerVaultRoutes(app, context)
  registerShareRoutes(app, context)
}

/** The sockets that are made to be forwarded to another machine. */
function registerShareRoutes(app: FastifyInstance, { shares }: RouteContext): void {
  add(app, endpoints.shares, () => ({ shares: shares.list() }))
  add(app, endpoints.createShare, ({ body }) => shares.create(body))
  add(app, endpoints.holdShare, ({ params, reply }) => {
    shares.hold(params.id, reply.raw)
    reply.hijack()
  })
  add(app, endpoints.endShare, ({ params }) => shares.revoke(params.id))
}

/** The vaults as a whole. The socket of one of the others answers for itself alone, whoever was given it. */
function registerVaultRoutes(app: FastifyInstance, { vaults }: RouteContext): void {
  const desk = (): VaultDesk => {
    if (vaults !== undefined) return vaults
    throw new BrokerError('not_found', 'This socket is that of one vault.', { fix: 'Ask on the socket of the default vault.' })
  }
  add(app, endpoints.vaults, () => ({ vaults: desk().list() }))
  add(app, endpoints.createVault, ({ body }) => desk().create(body.name))
  add(app, endpoints.removeVault, ({ params, query }) => desk().remove(params.name, query.sign_out === 'true'))
}

/** The accounts, and what the person decided about several of one provider. */
function registerAccountRoutes(app: FastifyInstance, { broker: { accounts }, movedLogins, history }: RouteContext): void {
  add(app, endpoints.signOut, ({ params }) => accounts.signOut(params.id))
  add(app, endpoints.addKey, ({ body }) => accounts.addKey(body))
  add(app, endpoints.addForeignLogin, ({ body }) => accounts.addForeignLogin(body))
  add(app, endpoints.importLogin, ({ body }) => takeOver(accounts, movedLogins, body))
  add(app, endpoints.movedLogins, () => ({ moved_logins: movedLogins.list() }))
  add(app, endpoints.returnLogin, ({ params, body }) => movedLogins.returnLogin(params.id, body.program))
  add(app, endpoints.fingerprints, ({ body }) => accounts.fingerprints(body.key))
  add(app, endpoints.changeAccount, ({ params, body }) => accounts.change(params.id, body))
  add(app, endpoints.refreshAccount, ({ params }) => accounts.refresh(params.id))
  add(app, endpoints.checkAccount, ({ params, body }) => accounts.check(params.id, (body.timeout ?? 30) * 1000))
  add(app, endpoints.providers, () => accounts.providers())
  add(app, endpoints.changePreferences, ({ params, body }) => accounts.changePreferences(params.provider, body))
  add(app, endpoints.explain, ({ params, query }) => accounts.explain(params.provider, query.client ?? 'unnamed', query.account))
  add(app, endpoints.history, async ({ query }) => ({
    entries: await history.read(query.limit ?? 100, {
      ...(query.account === undefined ? {} : accounts.namedInHistory(query.account)),
      ...(query.since === undefined ? {} : { since: query.since }),
    }),
  }))
  add(app, endpoints.usage, async ({ query }) => ({ usage: await accounts.look(query.account) }))
}

/** The files of tools that have no way to ask. */
function registerTokenFileRoutes(app: FastifyInstance, { tokenFiles }: RouteContext): void {
  add(app, endpoints.tokenFiles, () => ({ token_files: tokenFiles.list() }))
  add(app, endpoints.putTokenFile, ({ params, body }) => tokenFiles.put(params.tool, body))
  add(app, endpoints.removeTokenFile, async ({ params }) => ({ token_files: await tokenFiles.remove(params.tool) }))
}

/** Which programs may have tokens, who waits for the person, and who got what. */
function registerClientRoutes(app: FastifyInstance, { broker, ledger }: RouteContext): void {
  add(app, endpoints.policy, () => broker.clients.policy())
  add(app, endpoints.changePolicy, ({ body }) => broker.clients.setAsk(body.ask))
  add(app, endpoints.putClientRule, ({ params, body }) => {
    const accounts = body.accounts?.map((selector) => broker.accounts.idOf(selector))
    return broker.clients.putRule(params.client, { ...body, ...(accounts === undefined ? {} : { accounts }) })
  })
  add(app, endpoints.removeClientRule, ({ params }) => broker.clients.removeRule(params.client))
  add(app, endpoints.decideApproval, ({ params, body }) => broker.clients.decide(params.id, body.decision))
  add(app, endpoints.ledger, async ({ query }) => ({
    entries: await ledger.read(query.limit ?? 100, {
      ...(query.client === undefined ? {} : { client: query.client.toLowerCase() }),
      ...(query.account === undefined ? {} : broker.accounts.named(query.account)),
      ...(query.since === undefined ? {} : { since: query.since }),
    }),
  }))
}
