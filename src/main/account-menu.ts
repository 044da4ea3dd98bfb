import { assertNever } from '../core/assert-never.ts'
import { accountName, endWords, signedInUntil } from '../ipc/account-words.ts'
import { undecidedWords } from '../ipc/login-words.ts'
import type { AccountStatus, BrokerSnapshot, LoginPrompt, PendingLogin } from '../protocol/index.ts'
import { action, type MenuEntry, type MenuModel, reason, separator, submenu, text } from './menu-model.ts'

/** One account in the tray menu; `now` in epoch seconds. */
export function accountEntry(row: AccountStatus, snapshot: BrokerSnapshot, now: number): MenuEntry {
  const { state, id: account } = row
  const signOut = action('Sign out…', { kind: 'sign_out', account })
  const again = action('Try again', { kind: 'wake' })
  const named = (words: string, ...entries: MenuEntry[]) => submenu(`${accountName(row)}: ${words}`, entries)
  const end = [...untilEntries(row, now), addAccount(row), offOrOn(row), signOut]
  switch (state.kind) {
    case 'signed_out':
      return signInEntry(row)
    case 'authorizing': {
      const login = snapshot.logins.find(({ id }) => id === state.login_id)
      return named(loginTitle(state.prompt, login), ...loginEntries(state.login_id, state.prompt, login, snapshot))
    }
    case 'active':
      return named(row.disabled ? 'switched off' : 'ready', ...activeEntries(row), ...end)
    case 'refreshing':
      return named(row.disabled ? 'switched off' : 'refreshing', ...end)
    case 'backing_off':
      return named('trying again', ...reason(state.error), again, ...end)
    case 'reauthorization_required': {
      // The whole story is in the window; a menu as wide as that would cover the screen.
      const why = state.cause === undefined ? state.error.description : endWords(state.cause)
      const { fix } = state.error
      const signIn = action('Sign in again…', { kind: 'sign_in', account })
      return named('sign in again', ...reason({ description: why, fix }), signIn, addAccount(row), offOrOn(row), signOut)
    }
    case 'unavailable':
      return named('not available', ...reason(state.error), again, ...end)
    default:
      return assertNever(state)
  }
}

export const signInEntry = (row: AccountStatus, words = `Sign in to ${accountName(row)}…`): MenuEntry =>
  action(words, { kind: 'sign_in', account: row.id })

function loginTitle(prompt: LoginPrompt, login: PendingLogin | undefined): string {
  if (login?.undecided !== undefined) return 'needs your decision'
  return prompt.kind === 'browser' ? 'waiting for the browser' : 'waiting for you'
}

/** Every way to go on with a login, or what can be decided about it. */
export function loginEntries(
  id: string,
  prompt: LoginPrompt,
  login: PendingLogin | undefined,
  snapshot: BrokerSnapshot,
): MenuModel {
  const words = login && undecidedWords(login, snapshot)
  if (words !== undefined) return [text(words), separator, ...decisions(id)]
  const end = [separator, action('Cancel sign-in', { kind: 'cancel_login', login: id })]
  const open = action('Open sign-in page', { kind: 'open_again', login: id })
  if (prompt.kind === 'device') {
    return [text(`Your code: ${prompt.user_code}`), open, action('Copy code', { kind: 'copy_code', login: id }), ...end]
  }
  const link = action('Copy sign-in link', { kind: 'copy_link', login: id })
  return [open, link, action('Paste code…', { kind: 'paste', login: id }), ...end]
}

const decisions = (login: string): MenuModel => [
  action('Add beside it', { kind: 'decide_login', login, decision: 'add' }),
  action('Replace', { kind: 'decide_login', login, decision: 'replace' }),
  action('Discard', { kind: 'decide_login', login, decision: 'discard' }),
]

/** A key is never refreshed; whether it works is seen by trying it. */
function activeEntries({ id: account, kind }: AccountStatus): MenuModel {
  const check = action('Check', { kind: 'check', account })
  return kind === undefined ? [action('Refresh now', { kind: 'refresh', account }), check] : [check]
}

const addAccount = ({ id: account }: AccountStatus): MenuEntry => action('Add another account…', { kind: 'add_account', account })

function untilEntries({ signed_in_until: until }: AccountStatus, now: number): MenuModel {
  return until === undefined ? [] : [text(signedInUntil(until, now))]
}

/** A switched-off account is kept fresh, and no tool gets a token of it. */
function offOrOn({ id: account, disabled }: AccountStatus): MenuEntry {
  return disabled
    ? action('Switch on', { kind: 'set_disabled', account, disabled: false })
    : action('Switch off', { kind: 'set_disabled', account, disabled: true })
}
