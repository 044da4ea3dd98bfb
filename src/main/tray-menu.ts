import { hasAccount } from '../ipc/account-words.ts'
import { type AskingClient, askingClients } from '../ipc/approval-words.ts'
import type { Problem } from '../ipc/channels.ts'
import { looseLogins } from '../ipc/loose-logins.ts'
import { overall } from '../ipc/overall.ts'
import { canLock, vaultLock } from '../ipc/vault-lock.ts'
import type { Language, Words } from '../ipc/words/index.ts'
import type { AccountUsage, ApprovalDecision, BrokerSnapshot } from '../protocol/index.ts'
import { type AccountMenuContext, accountEntry, loginEntries, signInEntry } from './account-menu.ts'
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
  readonly usage: readonly AccountUsage[]
  readonly switches: Switches
  readonly language: Language
  /** Epoch seconds. */
  readonly now: number
}

/**
 * The whole tray menu. Every action of the window is here too, because many Linux trays report no click and the menu is then
 * the only way in. Choices that need another word from the person end in an ellipsis and go on in the window.
 */
export function trayMenu({ snapshot, problem, usage, switches, language, now }: MenuView): MenuModel {
  const { words } = language
  return [
    ...(snapshot === undefined ? withoutBroker(problem, words) : withBroker({ snapshot, usage, language, now })),
    separator,
    ...(snapshot === undefined ? [] : lockEntries(snapshot, words)),
    settingsEntry(switches, words),
    action(words.menu.open, { kind: 'open' }),
    action(words.menu.quit, { kind: 'quit' }),
  ]
}

function withoutBroker(problem: Problem | undefined, { menu }: Words): MenuModel {
  if (problem === undefined) return [text(menu.starting)]
  return [...reason(problem), action(menu.tryAgain, { kind: 'wake' })]
}

function withBroker(context: AccountMenuContext): MenuModel {
  const { snapshot, language } = context
  const { words } = language
  const asking = askingClients(snapshot, words).map((client) => askingEntry(client, words))
  // A locked vault keeps every account back alike, and its reason stands above already.
  const loose = looseLogins(snapshot).map(({ login, providerName }) =>
    submenu(
      `${providerName}: ${login.undecided === undefined ? words.menu.signingIn : words.menu.needsDecision}`,
      loginEntries(login.id, login.prompt, login, context),
    ),
  )
  const rows = vaultLock(snapshot.vault) === undefined ? rowEntries(context, loose) : loose
  return [
    ...(asking.length === 0 ? [] : [...asking, separator]),
    text(overall(snapshot, undefined, words).sentence),
    ...vaultEntries(snapshot, words),
    ...(rows.length === 0 ? [] : [separator, ...rows]),
  ]
}

/** Accounts and logins, then the providers without one: in a menu of their own once there is something that matters more. */
function rowEntries(context: AccountMenuContext, loose: MenuModel): MenuModel {
  const { accounts } = context.snapshot
  const { menu } = context.language.words
  const offered = accounts.filter((row) => !hasAccount(row) && row.state.kind === 'signed_out')
  const rows = accounts.filter((row) => !offered.includes(row)).map((row) => accountEntry(row, context))
  const used = [...rows, ...loose]
  if (used.length === 0) return offered.map((row) => signInEntry(row, menu.signInToOne(row.provider_name)))
  if (offered.length === 0) return used
  return [
    ...used,
    submenu(
      menu.signInTo,
      offered.map((row) => signInEntry(row, `${row.provider_name}…`)),
    ),
  ]
}

/** A client that waits, and what the person may answer. */
function askingEntry({ id, client, account, proof, startedBy }: AskingClient, { approvals, menu }: Words): MenuEntry {
  const answer = (label: string, decision: ApprovalDecision) => action(label, { kind: 'decide', approval: id, decision })
  return submenu(approvals.asks(client, account), [
    text(proof),
    ...(startedBy === undefined ? [] : [text(menu.startedBy(startedBy))]),
    separator,
    answer(approvals.once, 'once'),
    answer(approvals.alwaysAllow, 'always'),
    answer(approvals.deny, 'deny'),
  ])
}

/** What the keychain or the disk keeps from working; a lock of TokenTray itself is opened further down. */
function vaultEntries({ vault }: BrokerSnapshot, { menu }: Words): MenuModel {
  if (vault.state.kind === 'ready' || vault.state.kind === 'opening' || vaultLock(vault) !== undefined) return []
  return [...reason(vault.state.error), action(menu.tryAgain, { kind: 'wake' })]
}

function lockEntries({ vault }: BrokerSnapshot, { menu }: Words): MenuModel {
  if (canLock(vault)) return [action(menu.lock, { kind: 'lock' })]
  switch (vaultLock(vault)) {
    case undefined:
      return []
    case 'press':
      return [action(menu.unlock, { kind: 'unlock' })]
    default:
      // The window opens with the field for the passphrase.
      return [action(menu.unlockInWindow, { kind: 'open' })]
  }
}

const switchNames = ['askFirst', 'lockWithScreen'] as const satisfies readonly SwitchName[]

/** What is switched often, and the way to all the rest. */
function settingsEntry(switches: Switches, { menu }: Words): MenuEntry {
  const checks = switchNames.flatMap((name): MenuEntry[] => {
    const checked = switches[name]
    if (checked === undefined) return []
    return [{ kind: 'check', label: menu[name], checked, action: { kind: 'switch', name, on: !checked } }]
  })
  const all = action(menu.allSettings, { kind: 'open', page: 'settings' })
  return submenu(menu.settings, checks.length === 0 ? [all] : [...checks, separator, all])
}
