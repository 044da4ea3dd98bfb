import { randomBytes } from 'node:crypto'
import type { ForeignLoginRequest, ImportResponse } from '../protocol/index.ts'
import type { AccountDeskContext } from './account-desk.ts'
import { loginTarget } from './login-target.ts'
import { acceptedRules } from './rules.ts'

type Context = Pick<AccountDeskContext, 'clock' | 'accounts' | 'keeper' | 'rowOf'>

/**
 * Makes an account of the login of another program, which keeps it. The program is asked for a token first, so that nothing is added
 * that does not work. Nothing of it is stored but whose it is. Throws `not_found` for a program that cannot be asked, and what
 * `TokenOwner.token` throws.
 */
export async function addForeignLogin(context: Context, request: ForeignLoginRequest): Promise<ImportResponse> {
  const { accounts, keeper, clock } = context
  const owner = keeper.ownerOf(request.program)
  const client = accounts.client(owner.provider)
  const rules = acceptedRules(client, accounts.all(), client.info.flows[0], request.accept_provider_rules === true)
  const known = () =>
    accounts.all().find(({ record: { ownership } }) => ownership?.mode === 'delegated' && ownership.program === owner.program)
  const there = known()
  if (there !== undefined) {
    await there.grantFor({ minValid: 0 })
    return { account: context.rowOf(there), already: true }
  }
  const { label } = loginTarget(accounts, client, { label: request.label })
  const { identity } = client.grantOfProgram({ accessToken: await owner.token(false) })
  // Somebody else may have added it while the program was asked.
  const meanwhile = known()
  if (meanwhile !== undefined) return { account: context.rowOf(meanwhile), already: true }
  const session = keeper.addForeign({
    id: `${client.id}-${randomBytes(4).toString('hex')}`,
    provider: client.id,
    issuer: client.issuer,
    ownership: { mode: 'delegated', program: owner.program },
    identity,
    ...(label === undefined ? {} : { label }),
    createdAt: clock.now(),
    ...rules,
  })
  await session.restore()
  return { account: context.rowOf(session), already: false }
}
