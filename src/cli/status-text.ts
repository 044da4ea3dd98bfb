import type { AccountStatus, BrokerSnapshot, GrantState, LoginPrompt, VaultStatus } from '../protocol/index.ts'
import { columns } from './columns.ts'
import { identityText } from './identity-text.ts'

/**
 * The status as a person reads it: the vault when it needs attention, one line per account, and who waits for an answer. `now` in
 * milliseconds.
 */
export function statusText(snapshot: BrokerSnapshot, now: number): string {
  const select = selectors(snapshot.accounts)
  // Where TokenTray owns them all, there is nothing to tell apart.
  const isMixed = snapshot.accounts.some(({ ownership }) => ownership !== undefined && ownership.mode !== 'owned')
  const describe = (account: AccountStatus) => [describeAccount(account, now), ...(isMixed ? ownerWords(account) : [])].join(', ')
  const rows = snapshot.accounts.map((account) => [select(account), describe(account), who(account)])
  const waiting = [...new Set(snapshot.approvals.map(({ caller }) => caller.name))]
  const permission = waiting.length === 0 ? [] : [`waiting for your permission: ${waiting.join(', ')} (tokentray approve)`]
  const shown = new Set(snapshot.accounts.map(({ state }) => (state.kind === 'authorizing' ? state.login_id : undefined)))
  const loose = snapshot.logins.filter(({ id, undecided }) => !shown.has(id) && undecided === undefined)
  const signingIn = loose.map(({ provider, prompt }) => `signing in to ${provider}: ${waitingFor(prompt)}`)
  const undecided = snapshot.logins.filter((login) => login.undecided !== undefined)
  const deciding = undecided.map(({ account }) => `somebody else signed in to ${account}: decide in the tray, or sign in again`)
  const notices = (snapshot.notices ?? []).map(({ description }) => `notice: ${description}`)
  return [...describeVault(snapshot.vault), ...columns(rows), ...permission, ...signingIn, ...deciding, ...notices].join('\n')
}

/** What each account is asked for by: of several of one provider without a label, its id. */
export function selectors(accounts: readonly AccountStatus[]): (account: AccountStatus) => string {
  const unlabelled = accounts.filter(({ label }) => label === undefined).map(({ provider }) => provider)
  const several = new Set(unlabelled.filter((provider, index) => unlabelled.indexOf(provider) !== index))
  return ({ id, provider, label }) => {
    if (label !== undefined) return `${provider}:${label}`
    return several.has(provider) ? id : provider
  }
}

function who({ identity, is_default: isDefault }: AccountStatus): string {
  return `${identity === undefined ? '' : identityText(identity)}${isDefault ? '  default' : ''}`.trimStart()
}

function describeVault({ store, state }: VaultStatus): string[] {
  if (state.kind === 'ready') return store === 'memory' ? ['vault: memory only, logins end with the broker'] : []
  if (state.kind === 'opening') return ['vault: opening']
  return [`vault: ${state.kind}: ${state.error.description} ${state.error.fix ?? ''}`.trimEnd()]
}

function describeAccount(account: AccountStatus, now: number): string {
  const { state, disabled, signed_in_until: until } = account
  return [
    ...(disabled ? ['switched off'] : []),
    describeForeign(account, now) ?? describeState(state, now),
    ...(until === undefined ? [] : [`signed in for about ${duration(until - now / 1000)}`]),
  ].join(', ')
}

/** What is known of a login that another program refreshes, where the words for one of TokenTray would be wrong. */
function describeForeign({ state, ownership }: AccountStatus, now: number): string | undefined {
  if (state.kind !== 'active' || ownership === undefined || ownership.mode === 'owned') return undefined
  const left = state.expires_at === undefined ? undefined : state.expires_at - now / 1000
  // The last token is over, and the next one is asked for when somebody wants it.
  if (ownership.mode === 'delegated') return left !== undefined && left <= 0 ? 'ready' : undefined
  if (left === undefined) return 'signed in there'
  return left > 0 ? `signed in there, its token ends in ${duration(left)}` : 'signed in there, its token has ended'
}

/** Whose login it is: nothing for a provider without any. */
function ownerWords({ ownership }: AccountStatus): readonly string[] {
  switch (ownership?.mode) {
    case undefined:
      return []
    case 'owned':
      return ['owned by TokenTray']
    case 'delegated':
      return [`owned by ${ownership.program}, which is asked for each token`]
    case 'watched':
      return [`read-only: owned by ${ownership.program}`]
  }
}

function describeState(state: GrantState, now: number): string {
  switch (state.kind) {
    case 'signed_out':
      return 'signed out'
    case 'authorizing':
      return waitingFor(state.prompt)
    case 'active':
      return state.expires_at === undefined ? 'ready' : `ready, fresh for ${duration(state.expires_at - now / 1000)}`
    case 'refreshing':
      return 'refreshing'
    case 'backing_off':
      return `tries again in ${duration(state.retry_at - now / 1000)}: ${state.error.description}`
    case 'reauthorization_required':
      return `sign in again: ${state.error.description}`
    case 'unavailable':
      return `not available: ${state.error.description}`
    default:
      return unknownState(state)
  }
}

function waitingFor(prompt: LoginPrompt): string {
  switch (prompt.kind) {
    case 'browser':
      return 'waiting for the browser'
    case 'paste':
      return 'waiting for the pasted response'
    case 'device':
      return `waiting until the code ${prompt.user_code} is typed at ${prompt.verification_uri}`
    default:
      return 'waiting for you'
  }
}

/** A newer broker may have states that this command does not know. */
function unknownState(state: never): string {
  return (state as { kind: string }).kind
}

/** `seconds` in the largest sensible unit. */
export function duration(seconds: number): string {
  const left = Math.max(0, Math.round(seconds))
  if (left < 120) return `${left} s`
  if (left < 7_200) return `${Math.round(left / 60)} min`
  if (left < 172_800) return `${Math.round(left / 3_600)} h`
  return `${Math.round(left / 86_400)} days`
}
