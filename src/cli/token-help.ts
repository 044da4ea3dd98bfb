export const tokenHelp = `Usage: tokentray token <selector> [options]

Prints a fresh access token, and nothing else, on standard output.
A selector is a provider (openai-codex) or a provider and a label (openai-codex:work).

Options:
  --format <format>    token (default), bearer, header, env or json
  --min-valid <time>   how long the token must still be valid, such as 30m (default: 5m)
  --wait [time]        when nobody is signed in, open the sign-in and wait for it (default: 120 seconds)
  --rejected <prefix>  the API refused a token: the first 16 hex digits of its SHA-256, to get a newer one
  --account <label>    the account, as an alternative to provider:label (default: TOKENTRAY_ACCOUNT)
  --link <link>        only a login (grant), or only a key (api_key)
  --client <name>      the tool this is for, as it shall appear in the ledger (default: TOKENTRAY_CLIENT)
  --vault <name>       the vault to take it from (default: TOKENTRAY_VAULT_NAME)
  --json               the same as --format json: the token with its expiry, base URL and headers
  -h, --help           show this help

Formats: bearer is what goes into the header Authorization; header is every header that the API wants, one on each line; env are
lines for an environment file, in the variables that the tools of the provider read. For a shell, see \`tokentray env\`, and to run a
tool with a token, \`tokentray exec\`.

Without an account, the chain of the provider decides: a token in your environment (such as ANTHROPIC_OAUTH_TOKEN), a login, a
stored key, a key in your environment. \`tokentray why <provider>\` tells which one it is.

A failure is told in one line on standard error. Exit codes: 3 no broker is running, 4 sign-in needed, 5 try again later,
6 vault locked, 7 not found, 10 not allowed.

Examples:
  curl -H "Authorization: Bearer $(tokentray token practice)" http://127.0.0.1:14551/api/whoami
  tokentray token anthropic --format header | curl -H @- https://api.anthropic.com/v1/models
  tokentray token openai-codex --wait 5m
`
