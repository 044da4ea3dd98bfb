import type { ApprovalDecision, LoginDecision, StateError } from '../protocol/index.ts'

/** What a menu item does; `account`, `login` and `approval` are ids of the snapshot. */
export type MenuAction =
  | { readonly kind: 'sign_in'; readonly account: string }
  | { readonly kind: 'open_again'; readonly login: string }
  | { readonly kind: 'copy_link'; readonly login: string }
  | { readonly kind: 'copy_code'; readonly login: string }
  | { readonly kind: 'paste'; readonly login: string }
  | { readonly kind: 'cancel_login'; readonly login: string }
  | { readonly kind: 'decide_login'; readonly login: string; readonly decision: LoginDecision }
  | { readonly kind: 'add_account'; readonly account: string }
  | { readonly kind: 'check'; readonly account: string }
  | { readonly kind: 'copy_token'; readonly account: string }
  | { readonly kind: 'refresh'; readonly account: string }
  | { readonly kind: 'set_disabled'; readonly account: string; readonly disabled: boolean }
  | { readonly kind: 'sign_out'; readonly account: string }
  | { readonly kind: 'decide'; readonly approval: string; readonly decision: ApprovalDecision }
  | { readonly kind: 'lock' }
  | { readonly kind: 'unlock' }
  | { readonly kind: 'switch'; readonly name: SwitchName; readonly on: boolean }
  | { readonly kind: 'wake' }
  | { readonly kind: 'open' }
  | { readonly kind: 'quit' }

/** The settings that are check boxes of the menu: the broker's to ask about new clients, and the app's to lock with the screen. */
export type SwitchName = 'askFirst' | 'lockWithScreen'

/** How the switches stand; one that is not known yet is absent. */
export type Switches = { readonly [Name in SwitchName]?: boolean }

export type MenuEntry =
  | { readonly kind: 'action'; readonly label: string; readonly action: MenuAction }
  | { readonly kind: 'check'; readonly label: string; readonly checked: boolean; readonly action: MenuAction }
  /** Words that cannot be chosen. */
  | { readonly kind: 'text'; readonly label: string }
  | { readonly kind: 'submenu'; readonly label: string; readonly entries: readonly MenuEntry[] }
  | { readonly kind: 'separator' }

export type MenuModel = readonly MenuEntry[]

export const separator: MenuEntry = { kind: 'separator' }
export const action = (label: string, chosen: MenuAction): MenuEntry => ({ kind: 'action', label, action: chosen })
export const text = (label: string): MenuEntry => ({ kind: 'text', label })
export const submenu = (label: string, entries: readonly MenuEntry[]): MenuEntry => ({ kind: 'submenu', label, entries })

/** What is so and what to do, a line each. */
export function reason({ description, fix }: Pick<StateError, 'description' | 'fix'>): MenuModel {
  return fix === undefined ? [text(description)] : [text(description), text(fix)]
}
