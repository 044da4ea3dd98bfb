import { assertNever } from '../core/assert-never.ts'
import { accountName, endWords, signedInUntil } from '../ipc/account-words.ts'
import type { AccountStatus } from '../protocol/index.ts'
import { action, type MenuEntry, type MenuModel, reason, separator, submenu, text } from './menu-model.ts'

/** One account in the tray menu; `now` in epoch seconds. */
export function accountEntry(row: AccountStatus, now: number): MenuEntry {
  const { state, id: account } = row
  const signOut = action('Sign out…', { kind: 'sign_out', account })
  const again = action('Try again', { kind: 'wake' })
  const named = (words: string, ...entries: MenuEntry[]) => submenu(`${accountName(row)}: ${words}`, entries)
  const end = [...untilEntries(row, now), offOrOn(row), signOut]
  switch (state.kind) {
    case 'signed_out':
      return action(`Sign in to ${accountName(row)}…`, { kind: 'sign_in', account })
    case 'authorizing':
      return named(
        state.prompt.kind === 'browser' ? 'waiting for the browser' : 'waiting for you',
        ...loginEntries(state.login_id),
      )
    case 'active':
      return named(row.disabled ? 'switched off' : 'ready', action('Refresh now', { kind: 'refresh', account }), ...end)
    case 'refreshing':
      return named(row.disabled ? 'switched off' : 'refreshing', ...end)
    case 'backing_off':
      return named('trying again', ...reason(state.error), again, ...end)
    case 'reauthorization_required': {
      // The whole story is in the window; a menu as wide as that would cover the screen.
      const why = state.cause === undefined ? state.error.description : endWords(state.cause)
      const { fix } = state.error
      const signIn = action('Sign in again…', { kind: 'sign_in', account })
      return named('sign in again', ...reason({ description: why, fix }), signIn, offOrOn(row), signOut)
    }
    case 'unavailable':
      return named('not available', ...reason(state.error), again, ...end)
    default:
      return assertNever(state)
  }
}

export function loginEntries(login: string): MenuModel {
  return [
    action('Open sign-in page', { kind: 'open_again', login }),
    action('Copy sign-in link', { kind: 'copy_link', login }),
    action('Paste code…', { kind: 'paste', login }),
    separator,
    action('Cancel sign-in', { kind: 'cancel_login', login }),
  ]
}

function untilEntries({ signed_in_until: until }: AccountStatus, now: number): MenuModel {
  return until === undefined ? [] : [text(signedInUntil(until, now))]
}

/** A switched-off account is kept fresh, and no tool gets a token of it. */
function offOrOn({ id: account, disabled }: AccountStatus): MenuEntry {
  return disabled
    ? action('Switch on', { kind: 'set_disabled', account, disabled: false })
    : action('Switch off', { kind: 'set_disabled', account, disabled: true })
}
