import { assertNever } from '../core/assert-never.ts'
import type { Problem } from '../ipc/channels.ts'
import { looseLogins } from '../ipc/loose-logins.ts'
import { overall } from '../ipc/overall.ts'
import type { AccountStatus, BrokerSnapshot, StateError } from '../protocol/index.ts'

/** What a menu item does; `account` and `login` are ids of the snapshot. */
export type MenuAction =
  | { readonly kind: 'sign_in'; readonly account: string }
  | { readonly kind: 'open_again'; readonly login: string }
  | { readonly kind: 'copy_link'; readonly login: string }
  | { readonly kind: 'paste'; readonly login: string }
  | { readonly kind: 'cancel_login'; readonly login: string }
  | { readonly kind: 'sign_out'; readonly account: string }
  | { readonly kind: 'wake' }
  | { readonly kind: 'open' }
  | { readonly kind: 'quit' }

export type MenuEntry =
  | { readonly kind: 'action'; readonly label: string; readonly action: MenuAction }
  /** Words that cannot be chosen. */
  | { readonly kind: 'text'; readonly label: string }
  | { readonly kind: 'submenu'; readonly label: string; readonly entries: readonly MenuEntry[] }
  | { readonly kind: 'separator' }

export type MenuModel = readonly MenuEntry[]

const separator: MenuEntry = { kind: 'separator' }

/**
 * The whole tray menu. Every action of the window is here too, because many Linux trays report no click and the menu is then
 * the only way in. Choices that need another word from the person end in an ellipsis and go on in the window.
 */
export function trayMenu(snapshot: BrokerSnapshot | undefined, problem?: Problem): MenuModel {
  return [
    ...(snapshot === undefined ? withoutBroker(problem) : withBroker(snapshot)),
    separator,
    action('Open TokenTray', { kind: 'open' }),
    action('Quit', { kind: 'quit' }),
  ]
}

function withoutBroker(problem: Problem | undefined): MenuModel {
  if (problem === undefined) return [text('Starting…')]
  return [...reason(problem), action('Try again', { kind: 'wake' })]
}

function withBroker(snapshot: BrokerSnapshot): MenuModel {
  const rows = snapshot.accounts.map(accountEntry)
  const loose = looseLogins(snapshot).map(({ login, providerName }) =>
    submenu(`${providerName}: signing in`, loginEntries(login.id)),
  )
  return [
    text(overall(snapshot).sentence),
    ...vaultEntries(snapshot),
    ...(rows.length + loose.length === 0 ? [] : [separator, ...rows, ...loose]),
  ]
}

function vaultEntries({ vault }: BrokerSnapshot): MenuModel {
  if (vault.state.kind === 'ready' || vault.state.kind === 'opening') return []
  return [...reason(vault.state.error), action('Try again', { kind: 'wake' })]
}

function accountEntry(row: AccountStatus): MenuEntry {
  const { state } = row
  const signOut = action('Sign out…', { kind: 'sign_out', account: row.id })
  const again = action('Try again', { kind: 'wake' })
  const named = (words: string, ...entries: MenuEntry[]) => submenu(`${accountName(row)}: ${words}`, entries)
  switch (state.kind) {
    case 'signed_out':
      return action(`Sign in to ${accountName(row)}…`, { kind: 'sign_in', account: row.id })
    case 'authorizing':
      return named(
        state.prompt.kind === 'browser' ? 'waiting for the browser' : 'waiting for you',
        ...loginEntries(state.login_id),
      )
    case 'active':
      return named('ready', signOut)
    case 'refreshing':
      return named('refreshing', signOut)
    case 'backing_off':
      return named('trying again', ...reason(state.error), again, signOut)
    case 'reauthorization_required':
      return named(
        'sign in again',
        ...reason(state.error),
        action('Sign in again…', { kind: 'sign_in', account: row.id }),
        signOut,
      )
    case 'unavailable':
      return named('not available', ...reason(state.error), again, signOut)
    default:
      return assertNever(state)
  }
}

function loginEntries(login: string): readonly MenuEntry[] {
  return [
    action('Open sign-in page', { kind: 'open_again', login }),
    action('Copy sign-in link', { kind: 'copy_link', login }),
    action('Paste code…', { kind: 'paste', login }),
    separator,
    action('Cancel sign-in', { kind: 'cancel_login', login }),
  ]
}

function accountName({ provider_name, label, identity }: AccountStatus): string {
  const who = label ?? identity?.email
  return who === undefined ? provider_name : `${provider_name} (${who})`
}

const action = (label: string, chosen: MenuAction): MenuEntry => ({ kind: 'action', label, action: chosen })
const text = (label: string): MenuEntry => ({ kind: 'text', label })
const submenu = (label: string, entries: readonly MenuEntry[]): MenuEntry => ({ kind: 'submenu', label, entries })

/** What is so and what to do, a line each. */
function reason({ description, fix }: Pick<StateError, 'description' | 'fix'>): MenuModel {
  return fix === undefined ? [text(description)] : [text(description), text(fix)]
}
