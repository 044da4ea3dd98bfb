import { existsSync } from 'node:fs'
import { BrokerError } from '../protocol/errors.ts'
import { socketPath, vaultHome } from '../protocol/socket-path.ts'
import { checkedVaultName, defaultVault, vaultNamePattern } from '../protocol/vault-name.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The vault that a command is for. */
export interface ChosenVault {
  /** Undefined for the default one. */
  name(): string | undefined
  /** Throws `invalid_request` for a name that no vault can have, and `socket_unusable` for a path that is too long. */
  socket(): string
  /** The socket that the vaults are made and deleted on. Throws `invalid_request` with `--vault`. */
  mainSocket(): string
  /** Throws `invalid_request` with `--vault`, for a command that is for no vault of its own. */
  requireNone(because: string): void
  /**
   * A text of the default vault in the words of the chosen one: its commands are for the same vault, where no variable says so, and
   * the tray shows the default vault only.
   */
  words(text: string): string
  /** The error that a person is told: a socket without a broker may be a vault that is not there, and commands name the vault. */
  explained(error: unknown): unknown
}

/**
 * The vault of `--vault`, else that of TOKENTRAY_VAULT_NAME, else the default one. `option` is asked late, because the options are
 * read after the commands are described.
 */
export function chosenVault(option: () => string | undefined, env: Environment): ChosenVault {
  const chosen = () => option() ?? (env.TOKENTRAY_VAULT_NAME || defaultVault)
  const requireNone = (because: string) => {
    if (option() === undefined) return
    throw new BrokerError('invalid_request', `This command takes no --vault. ${because}`, { fix: 'Leave it away.' })
  }
  const words = (text: string) => (chosen() === defaultVault ? text : inVault(text, option()))
  return {
    name: () => (chosen() === defaultVault ? undefined : checkedVaultName(chosen())),
    socket: () => socketPath(env, process.platform, checkedVaultName(chosen())),
    mainSocket: () => {
      requireNone('It is about all vaults.')
      return socketPath(env)
    },
    requireNone,
    words,
    explained: (error) => {
      if (!(error instanceof BrokerError) || chosen() === defaultVault || !vaultNamePattern.test(chosen())) return error
      if (error.code === 'broker_not_running') return missing(chosen(), env) ?? error
      const { code, message, fix, retryAfter } = error
      return new BrokerError(code, words(message), {
        ...(fix === undefined ? {} : { fix: words(fix) }),
        ...(retryAfter === undefined ? {} : { retryAfter }),
      })
    },
  }
}

function inVault(text: string, option: string | undefined): string {
  const trayless = text
    .replaceAll(/, or press [A-Z]\w+( in)? in the tray/g, '')
    .replaceAll(/Press [A-Z]\w+ in the tray, or run/g, 'Run')
  if (option === undefined) return trayless
  return trayless.replaceAll(/`tokentray (?!-|daemon|vault (?:list|create|remove))/g, `\`tokentray --vault ${option} `)
}

/** Why nobody answers on the socket of a vault; undefined when no broker runs at all. */
function missing(name: string, env: Environment): BrokerError | undefined {
  if (!existsSync(vaultHome(env, name))) {
    return new BrokerError('unknown_vault', `There is no vault "${name}".`, {
      fix: `Create it with \`tokentray vault create ${name}\`.`,
    })
  }
  // The pipes of Windows are in no folder. A socket that is there and answers nobody was left by a broker that was killed.
  const isThere = (socket: string) => process.platform !== 'win32' && existsSync(socket)
  if (isThere(socketPath(env, process.platform, name)) || !isThere(socketPath(env))) return undefined
  return new BrokerError('broker_not_running', `The TokenTray that runs does not serve the vault "${name}".`, {
    fix: 'Run `tokentray vault list` to see why.',
  })
}

/** Takes a `--vault` that stands before the command, for a path that has no parser of options. */
export function takeLeadingVault(argv: readonly string[]): { readonly vault?: string; readonly rest: readonly string[] } {
  const [first = '', second, ...others] = argv
  if (first.startsWith('--vault=')) return { vault: first.slice('--vault='.length), rest: argv.slice(1) }
  if (first === '--vault' && second !== undefined) return { vault: second, rest: others }
  return { rest: argv }
}
