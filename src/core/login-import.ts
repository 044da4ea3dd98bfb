import { BrokerError, type ImportRequest, type ImportResponse } from '../protocol/index.ts'
import type { AccountDeskContext } from './account-desk.ts'
import type { AccountSession } from './account-session.ts'
import { loginTarget } from './login-target.ts'
import { acceptedRules } from './rules.ts'
import { Secret } from './secret.ts'

type Context = Pick<AccountDeskContext, 'accounts' | 'keeper' | 'requireVault' | 'rowOf'>

/**
 * Takes over a login that another program made. Resolves when it is durable, which is when the other program may lose it.
 *
 * A refresh token is taken once: whoever was stopped between this answer and the change of the source asks again with the same
 * one, which may be spent by then, and must not put it in the place of its successor. Throws `invalid_request` when the person is
 * signed in already, because the login that is there would be dropped.
 */
export async function importLogin(context: Context, request: ImportRequest): Promise<ImportResponse> {
  const { accounts, keeper } = context
  const client = accounts.client(request.provider)
  await context.requireVault()
  const accepts = request.accept_provider_rules === true
  const rules = acceptedRules(client, accounts.all(), client.info.flows[0], accepts)
  const refreshToken = new Secret(request.refresh_token)
  const imported = refreshToken.fingerprint()
  const broughtBefore = () => accounts.all().find((session) => session.record.imported === imported && isKept(session))
  const early = broughtBefore()
  if (early !== undefined) return { account: context.rowOf(early), already: true }
  const target = loginTarget(accounts, client, { label: request.label })
  const grant = await client.grantFromTokens({
    accessToken: new Secret(request.access_token),
    refreshToken,
    ...(request.id_token === undefined ? {} : { idToken: new Secret(request.id_token) }),
    ...(request.scope === undefined ? {} : { scope: request.scope }),
    ...(request.expires_at === undefined ? {} : { expiresAt: request.expires_at * 1000 }),
    ...(request.person === undefined ? {} : { person: request.person }),
  })
  // Somebody else may have brought it while the provider was asked.
  const late = broughtBefore()
  if (late !== undefined) return { account: context.rowOf(late), already: true }
  const known = accounts.sameIdentity(grant, request.label)
  if (known !== undefined) requireReplaceable(known, grant.identity.key !== undefined)
  const { account: id } = await keeper.adopt(grant, { ...target, ...rules, imported })
  const session = accounts.get(id)
  if (session === undefined) throw new BrokerError('unknown_account', 'This account was signed out meanwhile.')
  return { account: context.rowOf(session), already: false }
}

/**
 * Whether an account still has the login that was brought. Without a grant in the vault, as after a crash before it was written, it is
 * brought once more. Throws while that is not known, and for a login that has ended.
 */
function isKept(session: AccountSession): boolean {
  const { state, record } = session
  if (session.holdsUnsaved || state.kind === 'unavailable') {
    throw new BrokerError('vault_unavailable', `TokenTray has this login (${record.id}), but it is not stored yet.`, {
      fix: 'Try again when `tokentray status` says that the account is ready. The other program was not changed.',
    })
  }
  if (state.kind === 'reauthorization_required') {
    throw new BrokerError('reauthorization_required', `This login was taken over before, and has ended (${record.id}).`, {
      fix: `Sign in again with \`tokentray login ${record.provider} --account ${record.label ?? record.id}\`.`,
    })
  }
  return state.kind !== 'signed_out'
}

/** An account that was imported before gets the newer login of the same person; one that the person signed in to here is kept. */
function requireReplaceable({ record, state }: AccountSession, named: boolean): void {
  if (state.kind === 'signed_out' || (named && (record.imported !== undefined || state.kind === 'reauthorization_required')))
    return
  if (named) {
    throw new BrokerError(
      'invalid_request',
      `TokenTray has a login of this person already (${record.id}). Nothing was changed.`,
      {
        fix: `Sign the other program out, or run \`tokentray logout ${record.id}\` first to use its login instead.`,
      },
    )
  }
  throw new BrokerError(
    'invalid_request',
    `It cannot be told whether this is the same person as ${record.id}. Nothing was changed.`,
    {
      fix: 'Give it a label of its own with --label.',
    },
  )
}
