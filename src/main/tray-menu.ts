import { hasAccount } from '../ipc/account-words.ts'
import { type AskingClient, askingClients } from '../ipc/approval-words.ts'
import type { Problem } from '../ipc/channels.ts'
import { looseLogins } from '../ipc/loose-logins.ts'
import { overall } from '../ipc/overall.ts'
import { canLock, vaultLock } from '../ipc/vault-lock.ts'
import type { ApprovalDecision, BrokerSnapshot } from '../protocol/index.ts'
import { accountEntry, loginEntries, signInEntry } from './account-menu.ts'
import {
  action,
  type MenuEntry,
  type MenuModel,
  reason,
  type Switches,
  type SwitchName,
  separator,
  submenu,
  text,
} from './menu-model.ts'

/** Everything that the menu shows. */
export interface MenuView {
  /** Undefined while there is no broker. */
  readonly snapshot: BrokerSnapshot | undefined
  /** Why there is none. */
  readonly problem?: Problem | undefined
  readonly switches: Switches
  /** Epoch seconds. */
  readonly now: number
}

/**
 * The whole tray menu. Every action of the window is here too, because many Linux trays report no click and the menu is then
 * the only way in. Choices that need another word from the person end in an ellipsis and go on in the window.
 */
export function trayMenu({ snapshot, problem, switches, now }: MenuView): MenuModel {
  return [
    ...(snapshot === undefined ? withoutBroker(problem) : withBroker(snapshot, now)),
    separator,
    ...(snapshot === undefined ? [] : lockEntries(snapshot)),
    ...settingsEntries(switches),
    action('Open TokenTray', { kind: 'open' }),
    action('Quit', { kind: 'quit' }),
  ]
}

function withoutBroker(problem: Problem | undefined): MenuModel {
  if (problem === undefined) return [text('Starting…')]
  return [...reason(problem), action('Try again', { kind: 'wake' })]
}

function withBroker(snapshot: BrokerSnapshot, now: number): MenuModel {
  const asking = askingClients(snapshot).map(askingEntry)
  // A locked vault keeps every account back alike, and its reason stands above already.
  const loose = looseLogins(snapshot).map(({ login, providerName }) =>
    submenu(
      `${providerName}: ${login.undecided === undefined ? 'signing in' : 'needs your decision'}`,
      loginEntries(login.id, login.prompt, login, snapshot),
    ),
  )
  const rows = vaultLock(snapshot.vault) === undefined ? rowEntries(snapshot, loose, now) : loose
  return [
    ...(asking.length === 0 ? [] : [...asking, separator]),
    text(overall(snapshot).sentence),
    ...vaultEntries(snapshot),
    ...(rows.length === 0 ? [] : [separator, ...rows]),
  ]
}

/** Accounts and logins, then the providers without one: in a menu of their own once there is something that matters more. */
function rowEntries(snapshot: BrokerSnapshot, loose: MenuModel, now: number): MenuModel {
  const offered = snapshot.accounts.filter((row) => !hasAccount(row) && row.state.kind === 'signed_out')
  const rows = snapshot.accounts.filter((row) => !offered.includes(row)).map((row) => accountEntry(row, snapshot, now))
  const used = [...rows, ...loose]
  if (used.length === 0) return offered.map((row) => signInEntry(row))
  if (offered.length === 0) return used
  const signIns = offered.map((row) => signInEntry(row, `${row.provider_name}…`))
  return [...used, submenu('Sign in to', signIns)]
}

/** A client that waits, and what the person may answer. */
function askingEntry({ id, client, account, proof, startedBy }: AskingClient): MenuEntry {
  const answer = (label: string, decision: ApprovalDecision) => action(label, { kind: 'decide', approval: id, decision })
  return submenu(`${client} asks for ${account}`, [
    text(proof),
    ...(startedBy === undefined ? [] : [text(`Started by ${startedBy}`)]),
    separator,
    answer('Allow once', 'once'),
    answer('Always allow', 'always'),
    answer('Deny', 'deny'),
  ])
}

/** What the keychain or the disk keeps from working; a lock of TokenTray itself is opened further down. */
function vaultEntries({ vault }: BrokerSnapshot): MenuModel {
  if (vault.state.kind === 'ready' || vault.state.kind === 'opening' || vaultLock(vault) !== undefined) return []
  return [...reason(vault.state.error), action('Try again', { kind: 'wake' })]
}

function lockEntries({ vault }: BrokerSnapshot): MenuModel {
  if (canLock(vault)) return [action('Lock', { kind: 'lock' })]
  switch (vaultLock(vault)) {
    case undefined:
      return []
    case 'press':
      return [action('Unlock', { kind: 'unlock' })]
    default:
      // The window opens with the field for the passphrase.
      return [action('Unlock…', { kind: 'open' })]
  }
}

const switchLabels: Readonly<Record<SwitchName, string>> = {
  askFirst: 'Ask me before a new tool gets a token',
  lockWithScreen: 'Lock when the screen locks',
}

function settingsEntries(switches: Switches): MenuModel {
  const checks = (Object.keys(switchLabels) as SwitchName[]).flatMap((name): MenuEntry[] => {
    const checked = switches[name]
    if (checked === undefined) return []
    return [{ kind: 'check', label: switchLabels[name], checked, action: { kind: 'switch', name, on: !checked } }]
  })
  return checks.length === 0 ? [] : [submenu('Settings', checks)]
}
