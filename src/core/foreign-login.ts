import { randomBytes } from 'node:crypto'
import type { ForeignLoginRequest, ForeignOwnership, ImportResponse } from '../protocol/index.ts'
import type { AccountDeskContext } from './account-desk.ts'
import type { AccountSession } from './account-session.ts'
import type { AccountRecord } from './grant.ts'
import { loginTarget } from './login-target.ts'
import type { ProviderClient } from './ports.ts'
import { acceptedRules } from './rules.ts'

type Context = Pick<AccountDeskContext, 'clock' | 'accounts' | 'keeper' | 'rowOf'>
type Asked = Extract<ForeignLoginRequest, { mode: 'delegated' }>
type Watched = Extract<ForeignLoginRequest, { mode: 'watched' }>

/**
 * Makes an account of the login of another program, which keeps it. Nothing of it is stored but whose it is, and nothing is added that
 * does not work. Throws `not_found` for a program that is not known, and what `TokenOwner.token` and `WatchedLogins.find` throw.
 */
export function addForeignLogin(context: Context, request: ForeignLoginRequest): Promise<ImportResponse> {
  return request.mode === 'delegated' ? delegate(context, request) : watch(context, request)
}

/** The program is asked for a token first. An account that only watched it gives way, because this one shows the same and more. */
async function delegate(context: Context, request: Asked): Promise<ImportResponse> {
  const { accounts, keeper } = context
  const owner = keeper.ownerOf(request.program)
  const client = accounts.client(owner.provider)
  const rules = acceptedRules(client, accounts.all(), client.info.flows[0], request.accept_provider_rules === true)
  const there = delegated(context, owner.program, client)
  if (there !== undefined) {
    await there.grantFor({ minValid: 0 })
    return { account: context.rowOf(there), already: true }
  }
  const { label } = loginTarget(accounts, client, { label: request.label })
  const { identity } = client.grantOfProgram({ accessToken: await owner.token(false) })
  // Somebody else may have added it while the program was asked.
  const meanwhile = delegated(context, owner.program, client)
  if (meanwhile !== undefined) return { account: context.rowOf(meanwhile), already: true }
  const session = add(context, client, { ownership: { mode: 'delegated', program: owner.program }, identity, label, ...rules })
  await session.restore()
  for (const other of accounts.all().filter((each) => each.mode === 'watched' && isOf(each, owner.program, client))) {
    await keeper.signOut(other)
  }
  return { account: context.rowOf(session), already: false }
}

async function watch(context: Context, request: Watched): Promise<ImportResponse> {
  const { accounts, keeper } = context
  const { provider, ownership } = await keeper.watched.find(request)
  const client = accounts.client(provider)
  const there =
    delegated(context, ownership.program, client) ??
    accounts.all().find(({ record }) => JSON.stringify(record.ownership) === JSON.stringify(ownership))
  if (there !== undefined) return { account: context.rowOf(there), already: true }
  const { label } = loginTarget(accounts, client, { label: request.label })
  const session = add(context, client, { ownership, identity: {}, label })
  await session.restore()
  return { account: context.rowOf(session), already: false }
}

type NewRecord = Pick<AccountRecord, 'identity' | 'rulesAccepted'> & {
  readonly ownership: ForeignOwnership
  readonly label: string | undefined
}

function add({ clock, keeper }: Context, client: ProviderClient, { label, ...record }: NewRecord): AccountSession {
  return keeper.addForeign({
    id: `${client.id}-${randomBytes(4).toString('hex')}`,
    provider: client.id,
    issuer: client.issuer,
    ...(label === undefined ? {} : { label }),
    createdAt: clock.now(),
    ...record,
  })
}

const isOf = ({ record: { ownership, provider } }: AccountSession, program: string, client: ProviderClient): boolean =>
  provider === client.id && ownership?.program === program

const delegated = ({ accounts }: Context, program: string, client: ProviderClient): AccountSession | undefined =>
  accounts.all().find((session) => session.mode === 'delegated' && isOf(session, program, client))
