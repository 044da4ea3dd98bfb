/** A name, and what a person has to know of it. */
export type Described = readonly [name: string, about: string]

/** Every variable that the commands, the daemon and the app go by. */
export const variables: readonly Described[] = [
  ['TOKENTRAY_HOME', 'The folder that everything is kept in, and nothing else. It is made readable for you only.'],
  ['TOKENTRAY_SOCKET', 'The path of the socket, at most 100 bytes.'],
  [
    'TOKENTRAY_VAULT',
    'Where the key of a new vault is kept: keychain (default) or passphrase; memory keeps logins until the process ends. Later the vault knows its store, and `tokentray vault move` changes it.',
  ],
  ['TOKENTRAY_VAULT_NAME', 'The vault that commands are for which name none with --vault.'],
  [
    'TOKENTRAY_PASSPHRASE_FILE',
    'A file with the passphrase, which only you may read. It opens the vault when the broker starts, and becomes the passphrase of a new one. That of the vault work is in a file of the same name with -work behind it.',
  ],
  ['TOKENTRAY_REFRESH', 'With ondemand, tokens are refreshed only when a tool asks.'],
  ['TOKENTRAY_UPSTREAM', 'An address of this computer that plays every provider, for tests.'],
  ['TOKENTRAY_CLIENT', 'The name of the tool that `tokentray token` asks for.'],
  ['TOKENTRAY_ACCOUNT', 'The account that `tokentray token` means without one: work, or anthropic:work,codex:home.'],
  ['TOKENTRAY_LOG', 'How much the broker logs: silent, warn, info (default) or debug.'],
  ['TOKENTRAY_WINDOW', 'With 1, the app shows its window as a window of its own, also where there is a tray.'],
  ['ANTHROPIC_BETA_HEADER', 'Replaces the anthropic-beta list that goes with tokens of a Claude plan.'],
  ['HTTPS_PROXY, HTTP_PROXY, NO_PROXY', 'The proxy for requests to the providers, and what is reached without it.'],
  ['NODE_EXTRA_CA_CERTS', 'A file of certificates that the broker trusts besides its own, such as that of a proxy.'],
]

/** What is below the folder of TokenTray. */
export const files: readonly Described[] = [
  [
    '~/.local/state/tokentray/',
    'The folder of TokenTray on Linux; below $XDG_STATE_HOME where that is set. The files below are in it.',
  ],
  [
    '$XDG_RUNTIME_DIR/tokentray/agent.sock',
    'The socket that tools ask, in the folder of TokenTray without XDG_RUNTIME_DIR or with TOKENTRAY_HOME.',
  ],
  ['vault/', 'A sealed file for each login. The key is in the keychain, or behind a passphrase.'],
  ['accounts.json', 'Which accounts there are, without any secret.'],
  ['clients.json', 'Which programs may have tokens.'],
  ['ledger/', 'Who got a token of which account when.'],
  ['history/', 'What happened to the logins when.'],
  ['providers/', 'Providers of your own, a file of JSON each.'],
  ['vaults/', 'A folder for each vault besides the default one.'],
  ['log/', 'The log of the app. The daemon writes its own to standard error.'],
]
