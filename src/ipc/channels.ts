import type {
  AccountIdentity,
  AccountUsage,
  BrokerSnapshot,
  CheckResult,
  ClientRule,
  ErrorCode,
  LedgerEntry,
  LoginPrompt,
  ProviderInfo,
  Share,
  TokenFile,
} from '../protocol/index.ts'
import type { Asks } from './asks.ts'
import type { GivenBack, MovedHere } from './moved-here.ts'
import type { LoginMoved, Radar } from './radar.ts'
import type { SettingsView } from './settings.ts'
import type { Disconnected, DisconnectPlan, ToolPlan, ToolStatus } from './tools.ts'
import type { LanguageTag } from './words/index.ts'

/** A failure on its way to a person. It crosses as a value, because Electron reduces a thrown error to its text. */
export interface Problem {
  readonly code: ErrorCode
  readonly description: string
  /** What the person should do. */
  readonly fix?: string
  /** Seconds after which the same may work. */
  readonly retryAfter?: number
}

/** What the window shows besides the snapshot. */
export interface Surroundings {
  readonly version: string
  readonly language: LanguageTag
  /** A BCP 47 tag that dates and numbers are written by. */
  readonly locale: string
  /** Masks who is signed in. */
  readonly hidePersonalData: boolean
  /** Whether the person is to be led through the first steps. */
  readonly welcome: boolean
  /** A popover belongs to the tray icon and closes with Escape; a window stands on its own and also has to offer Quit. */
  readonly frame: 'popover' | 'window'
}

/** Everything the window renders. The broker is absent while the host starts or starts again. */
export interface View {
  readonly surroundings: Surroundings
  readonly snapshot?: BrokerSnapshot
  /** Why there is no snapshot, in a sentence, when that is not simply because the host is starting. */
  readonly problem?: Problem
  /** How much of each plan is used, as it was told last; it is asked for while somebody looks. */
  readonly usage: readonly AccountUsage[]
  /** What the app found at its start, such as a settings file that cannot be read. */
  readonly notices: readonly Problem[]
}

/** The pages of the window. */
export type Page = 'accounts' | 'activity' | 'tools' | 'settings'

/** What the person chose outside the window, such as in the tray menu, and the window is to go on with. */
export type Intent =
  | { readonly kind: 'page'; readonly page: Page }
  | { readonly kind: 'paste'; readonly login: string }
  | { readonly kind: 'confirm_sign_out'; readonly account: string }
  | { readonly kind: 'problem'; readonly problem: Problem; readonly account?: string }
  /** To choose a way to sign in to the provider of this row, as one more account or because the rule card has to be read first. */
  | { readonly kind: 'sign_in'; readonly account: string; readonly why: 'another' | 'rules' }
  /** A login that was started in the app went well. `account` is whose it is now. */
  | { readonly kind: 'signed_in'; readonly account: string; readonly identity?: AccountIdentity }
  | { readonly kind: 'checked'; readonly check: CheckResult }

/** A share as it is shown; where its socket is concerns nobody in the window. */
export type ShownShare = Omit<Share, 'socket'>

/** What each question is answered with. No answer carries a token or an authorization URL (P1). */
export interface Answers {
  'view:get': View
  'intent:take': Intent | undefined
  'providers:get': readonly ProviderInfo[]
  'provider:open': undefined
  /** How the login waits: with `paste`, the person has to open the link and bring the response back. */
  'login:start': { readonly login: string; readonly waits: LoginPrompt['kind'] }
  'login:open-again': undefined
  'login:copy-link': undefined
  'login:copy-code': undefined
  'login:cancel': undefined
  'login:paste': undefined
  'login:decide': undefined
  /** What the provider said of the key; `account` is the row that has it. */
  'account:add-key': CheckResult
  'account:check': CheckResult
  /** Main puts a fresh token on the clipboard, and takes it away after 30 seconds unless something else is there by then. */
  'account:copy-token': undefined
  'account:refresh': undefined
  'account:set-label': undefined
  'account:sign-out': { readonly revoked: boolean }
  'account:set-disabled': undefined
  'approval:decide': undefined
  /** Every remembered answer. */
  'rules:get': readonly ClientRule[]
  /** Forgets one; answers those that are left. */
  'rule:remove': readonly ClientRule[]
  /** Who got which token when, the newest last. */
  'activity:get': readonly LedgerEntry[]
  /** Asks the providers for newer figures where that is due; they come with `view:changed`. */
  'usage:look': undefined
  'tools:get': readonly ToolStatus[]
  /** The files of tools in which a fresh token is kept. */
  'token-files:get': readonly TokenFile[]
  /** What is shared with other computers now. */
  'shares:get': readonly ShownShare[]
  /** Those that are left. */
  'share:end': readonly ShownShare[]
  /** What would be changed; nothing is. */
  'tool:plan': ToolPlan
  /** Every tool as it is now. */
  'tool:connect': readonly ToolStatus[]
  'tool:plan-disconnect': DisconnectPlan
  'tool:disconnect': Disconnected
  /** The logins that several programs hold, in the files that the person allowed to be read. */
  'radar:get': Radar
  'radar:allow': Radar
  'radar:ignore': Radar
  'radar:move': LoginMoved
  /** The logins that came from other programs and can go back. */
  'moved:get': readonly MovedHere[]
  'moved:give-back': GivenBack
  'settings:get': SettingsView
  'settings:change': SettingsView
  'settings:reset': SettingsView
  /** The first steps are done or skipped, and do not come again. */
  'welcome:done': undefined
  /** How many stored logins were read back with the moved data key, and what the person should know. */
  'vault:move': { readonly accounts: number; readonly notice?: string }
  'vault:lock': undefined
  'vault:unlock': undefined
  'broker:wake': undefined
  'window:fit': undefined
  'window:close': undefined
  'app:quit': undefined
}

/** What main tells the window without being asked. */
export interface Events {
  'view:changed': View
  /** Something waits to be taken with `intent:take`. */
  'intent:waiting': undefined
}

export type Channel = keyof Asks & keyof Answers
export type EventChannel = keyof Events

export type Reply<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly problem: Problem }

/** The whole of what the preload script gives to the window, as `window.tokentray`. */
export interface Bridge {
  /** Rejects only when main refuses the sender; every failure of the broker is a reply. */
  invoke<Name extends Channel>(channel: Name, ask: Asks[Name]): Promise<Reply<Answers[Name]>>
  /** The returned function ends it. */
  on<Name extends EventChannel>(channel: Name, listener: (value: Events[Name]) => void): () => void
}

/** The channel names at run time. The compiler refuses the list when one is missing or unknown. */
export const channels = Object.keys({
  'view:get': 1,
  'intent:take': 1,
  'providers:get': 1,
  'provider:open': 1,
  'login:start': 1,
  'login:open-again': 1,
  'login:copy-link': 1,
  'login:copy-code': 1,
  'login:cancel': 1,
  'login:paste': 1,
  'login:decide': 1,
  'account:add-key': 1,
  'account:check': 1,
  'account:copy-token': 1,
  'account:refresh': 1,
  'account:set-label': 1,
  'account:sign-out': 1,
  'account:set-disabled': 1,
  'approval:decide': 1,
  'rules:get': 1,
  'rule:remove': 1,
  'activity:get': 1,
  'usage:look': 1,
  'tools:get': 1,
  'token-files:get': 1,
  'shares:get': 1,
  'share:end': 1,
  'tool:plan': 1,
  'tool:connect': 1,
  'tool:plan-disconnect': 1,
  'tool:disconnect': 1,
  'radar:get': 1,
  'radar:allow': 1,
  'radar:ignore': 1,
  'radar:move': 1,
  'moved:get': 1,
  'moved:give-back': 1,
  'settings:get': 1,
  'settings:change': 1,
  'settings:reset': 1,
  'welcome:done': 1,
  'vault:move': 1,
  'vault:lock': 1,
  'vault:unlock': 1,
  'broker:wake': 1,
  'window:fit': 1,
  'window:close': 1,
  'app:quit': 1,
} satisfies Record<Channel, 1>) as readonly Channel[]

export const eventChannels = Object.keys({
  'view:changed': 1,
  'intent:waiting': 1,
} satisfies Record<EventChannel, 1>) as readonly EventChannel[]
