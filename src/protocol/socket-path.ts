import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import { BrokerError } from './errors.ts'

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

/**
 * Where the token socket is: `TOKENTRAY_SOCKET`, else below `TOKENTRAY_HOME` when that is set, else the platform's place.
 * Throws `socket_unusable` when the path is longer than `socketPathLimit` bytes.
 */
export function socketPath(env: Environment = process.env, platform: NodeJS.Platform = process.platform): string {
  const path = env.TOKENTRAY_SOCKET || defaultSocketPath(env, platform)
  const bytes = Buffer.byteLength(path)
  if (platform !== 'win32' && bytes > socketPathLimit) {
    throw new BrokerError('socket_unusable', `The socket path is ${bytes} bytes long; ${socketPathLimit} is the limit: ${path}`, {
      fix: 'Set TOKENTRAY_SOCKET (or TOKENTRAY_HOME) to a shorter path.',
    })
  }
  return path
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
