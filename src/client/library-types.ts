// What `tokentray/client` is to the programs that import it. This file imports nothing: it is published as it stands, and its readers
// have neither the schema library nor the rest of TokenTray.

/** What a program says about itself and where the broker is. Everything may be left out. */
export interface ClientOptions {
  /** What the program is called in the ledger and in the permissions of the person, such as `my-tool`; `TOKENTRAY_CLIENT` by default. */
  readonly client?: string
  /** The token socket, or the named pipe on Windows. By default where `TOKENTRAY_SOCKET`, `TOKENTRAY_HOME` and the system say. */
  readonly socket?: string
  /** The vault to take tokens from; `TOKENTRAY_VAULT_NAME` by default. */
  readonly vault?: string
  /** Milliseconds that the broker may be silent; 90,000 by default, because the person or a slow provider may have to be waited for. */
  readonly timeout?: number
  /**
   * Is called when nobody is signed in. What it answers is waited for: with true, the token is asked for once more, with anything
   * else the error is thrown.
   */
  readonly onSignInNeeded?: (error: TokenTrayFailure, selector: string) => unknown
}

/** The members of every error that the library throws of itself; `TokenTrayError` is the class. */
export interface TokenTrayFailure extends Error {
  /** From the table of errors in PROTOCOL.md, such as `login_required`, `temporarily_unavailable` or `broker_not_running`. */
  readonly code: string
  /** What the person can do. */
  readonly fix: string | undefined
  /** Seconds after which the same call may succeed. */
  readonly retryAfter: number | undefined
}

/** Which account is meant, and how long its token has to last. */
export interface TokenChoice {
  /** The label of an account; `provider:label` as the selector says the same. */
  readonly account?: string
  /** Seconds that the token is still valid for; 300 by default. */
  readonly minValid?: number
}

export interface TokenOptions extends TokenChoice {
  /** The access token that the API answered 401 to. It does not leave the process: the broker is told the start of its SHA-256. */
  readonly rejected?: string
  /** Ends the waiting of this caller. A refresh that is under way goes on for everybody else. */
  readonly signal?: AbortSignal
}

export interface AccessToken {
  readonly accessToken: string
  readonly tokenType: string
  /** Unix seconds; absent for a key that does not expire. */
  readonly expiresAt?: number
  readonly provider: string
  /** Id of the account. */
  readonly account: string
  /** Where the API of the account is. */
  readonly baseUrl: string
  /** Everything to send with a request to the API: the header with the token, and what the provider wants besides. */
  readonly headers: Readonly<Record<string, string>>
}

export interface FetchOptions extends TokenChoice {
  /** What sends the requests; the `fetch` of Node by default. */
  readonly fetch?: typeof globalThis.fetch
  /** Origins such as `https://eu.api.example`, besides that of the account's `baseUrl`, which may be sent the token. */
  readonly origins?: readonly string[]
}

/** The shape that the `credentials` option of `@anthropic-ai/sdk` takes. `expiresAt` is in Unix seconds, null for what does not expire. */
export type CredentialsFunction = (options?: { readonly forceRefresh?: boolean }) => Promise<{
  token: string
  expiresAt: number | null
}>

/** One account, or one provider without an account. A newer broker may say more of it. */
export interface AccountState {
  readonly id: string
  readonly provider: string
  readonly provider_name: string
  readonly label?: string | undefined
  /**
   * `kind` is `signed_out`, `authorizing`, `active`, `refreshing`, `backing_off`, `reauthorization_required` or `unavailable`.
   * `expires_at` is in Unix seconds.
   */
  readonly state: {
    readonly kind: string
    readonly expires_at?: number | undefined
    readonly error?: { readonly code: string; readonly description: string; readonly fix?: string | undefined }
  }
  readonly disabled?: true | undefined
  readonly is_default?: true | undefined
}

/** The state of the broker at one moment; `sequence` grows with every change. */
export interface BrokerState {
  readonly sequence: number
  readonly vault: { readonly state: { readonly kind: string } }
  readonly accounts: readonly AccountState[]
}

/** A selector is a provider (`openai-codex`) or a provider and a label (`openai-codex:work`). Every failure is a `TokenTrayError`. */
export interface TokenTrayClient {
  /** A fresh access token. Equal calls at the same time are one request; nothing is kept, so that a token is never a stale one. */
  getToken(selector: string, options?: TokenOptions): Promise<AccessToken>
  /**
   * A `fetch` that sends the token of the account along. A 401 is answered with a newer token and the same request, once, where its
   * body can be sent again. It throws `request_refused` before the token would go to another origin than that of the account.
   */
  fetch(selector: string, options?: FetchOptions): typeof globalThis.fetch
  /** For `new Anthropic({ credentials })`. `forceRefresh` renews the token once in ten seconds. */
  credentials(selector: string, options?: TokenChoice): CredentialsFunction
  /** For `new OpenAI({ apiKey })`: the bare token. */
  apiKey(selector: string, options?: TokenChoice): () => Promise<string>
  /** The state of the broker now, and again after every change. It ends when the broker ends. */
  events(options?: { readonly signal?: AbortSignal }): AsyncIterable<BrokerState>
}
