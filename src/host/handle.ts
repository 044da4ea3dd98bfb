import type { Asker } from '../core/index.ts'
import type {
  AccountChange,
  AccountStatus,
  AccountUsage,
  AddKeyRequest,
  AddKeyResponse,
  ApprovalDecision,
  ApprovalRequest,
  BrokerSnapshot,
  CheckResult,
  ClientPolicy,
  Explanation,
  FingerprintResponse,
  ImportRequest,
  ImportResponse,
  LedgerEntry,
  LoginDecision,
  LoginStatus,
  MovedLogin,
  ProvidersResponse,
  ReturnedLogin,
  Share,
  StartLoginRequest,
  StartLoginResponse,
  TokenFile,
  TokenFileTool,
  UnlockRequest,
  VaultMoveRequest,
  VaultMoveResponse,
  VaultStatus,
} from '../protocol/index.ts'
import type { ChosenLevel } from './broker-log.ts'

/** What the app may ask of the host, and what each question is answered with. Every member survives structured clone. */
export interface HostCommands {
  start_login: { readonly ask: StartLoginRequest; readonly answer: StartLoginResponse }
  /** The authorization URL of a pending login; it is in no snapshot, because it carries the `state` value. */
  login_link: { readonly ask: { readonly id: string }; readonly answer: { readonly authorization_url: string } }
  login_status: { readonly ask: { readonly id: string }; readonly answer: LoginStatus }
  submit_response: { readonly ask: { readonly id: string; readonly pasted: string }; readonly answer: LoginStatus }
  cancel_login: { readonly ask: { readonly id: string }; readonly answer: LoginStatus }
  lock: { readonly ask: undefined; readonly answer: VaultStatus }
  unlock: { readonly ask: UnlockRequest; readonly answer: VaultStatus }
  refresh: { readonly ask: { readonly id: string }; readonly answer: AccountStatus }
  change_account: { readonly ask: { readonly id: string; readonly change: AccountChange }; readonly answer: AccountStatus }
  decide_login: { readonly ask: { readonly id: string; readonly decision: LoginDecision }; readonly answer: LoginStatus }
  /** The one message to the host that carries a key; no answer and no event does. */
  add_key: { readonly ask: AddKeyRequest; readonly answer: AddKeyResponse }
  check: { readonly ask: { readonly id: string }; readonly answer: CheckResult }
  providers: { readonly ask: undefined; readonly answer: ProvidersResponse }
  decide: {
    readonly ask: { readonly approval: string; readonly decision: ApprovalDecision }
    readonly answer: ApprovalRequest
  }
  policy: { readonly ask: undefined; readonly answer: ClientPolicy }
  set_ask: { readonly ask: { readonly ask: boolean }; readonly answer: ClientPolicy }
  /** The one answer that carries a token, for the clipboard of the person. It ends in the main process and never goes to the window. */
  copy_token: { readonly ask: { readonly id: string }; readonly answer: { readonly access_token: string } }
  /** Asks the providers where that is due. */
  usage: { readonly ask: undefined; readonly answer: readonly AccountUsage[] }
  /** The newest entries, the newest last. */
  ledger: { readonly ask: { readonly limit: number }; readonly answer: readonly LedgerEntry[] }
  /** When a tool got a token last, in epoch seconds; undefined when none did since the host started. */
  last_hand_out: { readonly ask: undefined; readonly answer: number | undefined }
  /** Why a tool would get a token of this account, and where the token is used. */
  explain: { readonly ask: { readonly selector: string }; readonly answer: Explanation }
  /** Keeps a fresh token in a file of the tool. */
  put_token_file: {
    readonly ask: { readonly tool: TokenFileTool; readonly account: string; readonly path: string }
    readonly answer: TokenFile
  }
  token_files: { readonly ask: undefined; readonly answer: readonly TokenFile[] }
  remove_token_file: { readonly ask: { readonly tool: TokenFileTool }; readonly answer: undefined }
  /** What is shared with other computers now. */
  shares: { readonly ask: undefined; readonly answer: readonly Share[] }
  /** Answers those that are left. */
  end_share: { readonly ask: { readonly id: string }; readonly answer: readonly Share[] }
  /** Which refresh tokens the broker holds, told by fingerprints under the key of whoever asks; `key` is hex. */
  fingerprints: { readonly ask: { readonly key: string }; readonly answer: FingerprintResponse }
  /** The one message to the host that carries the tokens of a login, which another program kept; no answer and no event does. */
  import_login: { readonly ask: ImportRequest; readonly answer: ImportResponse }
  moved_logins: { readonly ask: undefined; readonly answer: readonly MovedLogin[] }
  /** Gives a login back to the program that it came from. */
  return_login: { readonly ask: { readonly account: string; readonly program: string }; readonly answer: ReturnedLogin }
  remove_rule: { readonly ask: { readonly client: string }; readonly answer: ClientPolicy }
  move_vault: { readonly ask: VaultMoveRequest; readonly answer: VaultMoveResponse }
  /** Of every vault, until the host ends. Changes nothing where TOKENTRAY_REFRESH decides. */
  set_refresh_ahead: { readonly ask: { readonly on: boolean }; readonly answer: undefined }
  /** Until the host ends. Changes nothing where TOKENTRAY_LOG decides. */
  set_log_level: { readonly ask: { readonly level: ChosenLevel }; readonly answer: undefined }
  sign_out: { readonly ask: { readonly id: string }; readonly answer: { readonly revoked: boolean } }
  /** The machine woke up, the network came back or the person asked: look at every deadline and at the keychain now. */
  wake: { readonly ask: { readonly asker: Asker } | undefined; readonly answer: undefined }
}

export type HostCommandName = keyof HostCommands

/** Facts that are fixed while the host runs. */
export interface HostFacts {
  readonly socket: string
  readonly home: string
  readonly version: string
}

/**
 * One running host: broker, vault, redirect receiver and token socket. The daemon holds it in its own thread, the app holds it
 * in a worker thread behind the same interface, so there is one host to test.
 */
export interface HostHandle {
  readonly facts: HostFacts
  /** The newest snapshot; never undefined, because a handle exists only once the host is ready. */
  snapshot(): BrokerSnapshot
  /** Calls the listener for every new snapshot, not for the present one; the returned function ends it. */
  onSnapshot(listener: (snapshot: BrokerSnapshot) => void): () => void
  /** Calls the listener once if the host ends without `stop`, with the reason in a sentence. */
  onExit(listener: (reason: string) => void): void
  /** Rejects with a BrokerError. */
  ask<Name extends HostCommandName>(name: Name, value: HostCommands[Name]['ask']): Promise<HostCommands[Name]['answer']>
  /** Closes the socket, finishes writes under way and ends. */
  stop(): Promise<Stopped>
}

/**
 * How the host ended. `held` means that a keychain prompt which nobody answered still holds a thread: neither `process.exit` nor
 * the end of a worker can interrupt it, so the process has to end by a signal.
 */
export type Stopped = 'ended' | 'held'
