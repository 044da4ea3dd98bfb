import { homedir, userInfo } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { BrokerError } from './errors.ts'
import { checkedVaultName, defaultVault } from './vault-name.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The longest socket path in bytes that every platform accepts. `sun_path` holds 104 bytes on macOS and 108 on Linux, and
 * Node truncates a longer path silently, which would create the socket outside its private folder.
 */
export const socketPathLimit = 100

/** The folder that holds everything TokenTray stores: `TOKENTRAY_HOME`, or the usual place of the platform. */
export function homeFolder(env: Environment = process.env, platform: NodeJS.Platform = process.platform): string {
  if (env.TOKENTRAY_HOME) return env.TOKENTRAY_HOME
  const home = env.HOME || homedir()
  switch (platform) {
    case 'darwin':
      return join(home, 'Library', 'Application Support', 'TokenTray')
    case 'win32':
      return join(env.APPDATA || join(home, 'AppData', 'Roaming'), 'TokenTray')
    default:
      return join(env.XDG_STATE_HOME || join(home, '.local', 'state'), 'tokentray')
  }
}

/** The folder that holds one vault: the one of TokenTray for the default vault, else one below it. */
export function vaultHome(env: Environment, vault: string, platform: NodeJS.Platform = process.platform): string {
  const home = homeFolder(env, platform)
  return vault === defaultVault ? home : join(home, 'vaults', checkedVaultName(vault))
}

/**
 * Where the token socket of a vault is: `TOKENTRAY_SOCKET`, else below `TOKENTRAY_HOME` when that is set, else the platform's place;
 * the one of a vault besides the default lies beside it. Throws `socket_unusable` when the path is longer than `socketPathLimit`
 * bytes, and `invalid_request` for a name that no vault can have.
 */
export function socketPath(
  env: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
  vault: string = defaultVault,
): string {
  const own = env.TOKENTRAY_SOCKET || defaultSocketPath(env, platform)
  const path = vault === defaultVault ? own : besides(own, platform, checkedVaultName(vault))
  const bytes = Buffer.byteLength(path)
  if (platform !== 'win32' && bytes > socketPathLimit) {
    const whose = vault === defaultVault ? 'The socket path' : `The socket path of the vault "${vault}"`
    const name = vault === defaultVault ? '' : ', or give the vault a shorter name'
    throw new BrokerError('socket_unusable', `${whose} is ${bytes} bytes long; ${socketPathLimit} is the limit: ${path}`, {
      fix: `Set TOKENTRAY_SOCKET (or TOKENTRAY_HOME) to a shorter path${name}.`,
    })
  }
  return path
}

/**
 * The socket of a vault, beside that of the default one. A socket with a name that the person chose gives its name to it: several
 * homes may have their sockets in one folder, and nobody must reach the vault "work" of another home.
 */
function besides(own: string, platform: NodeJS.Platform, vault: string): string {
  if (platform === 'win32') return `${own}-vault-${vault}`
  const name = basename(own, '.sock')
  return join(dirname(own), name === 'agent' ? `vault-${vault}.sock` : `${name}-vault-${vault}.sock`)
}

function defaultSocketPath(env: Environment, platform: NodeJS.Platform): string {
  if (platform === 'win32') return windowsPipe(env)
  if (!env.TOKENTRAY_HOME && platform === 'linux' && env.XDG_RUNTIME_DIR) {
    return join(env.XDG_RUNTIME_DIR, 'tokentray', 'agent.sock')
  }
  return join(homeFolder(env, platform), 'agent.sock')
}

/** A per-user pipe; a `TOKENTRAY_HOME` of its own gets a pipe of its own. */
function windowsPipe(env: Environment): string {
  const owner = env.TOKENTRAY_HOME ?? env.USERNAME ?? userInfo().username
  return `\\\\.\\pipe\\tokentray-${owner.replace(/[^a-z0-9]+/gi, '-').toLowerCase()}`
}
