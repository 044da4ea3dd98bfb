import { lstat, mkdir, readFile, stat, unlink } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import type { LoginItemSettings, LoginItemSettingsOptions, Settings } from 'electron'
import type { Words } from '../ipc/words/index.ts'
import { BrokerError } from '../protocol/index.ts'
import { autostartEntry, type Command, type EntryState, entryProgram, entryState } from './desktop-entry.ts'

/** Whether the app starts with the person's login, as the system has it. */
export interface StartAtLogin {
  read(): Promise<boolean>
  /** Rejects with a BrokerError in `words`. */
  set(on: boolean, words: Words): Promise<void>
  /**
   * Names the running app where the one that was to be started is gone, as an AppImage is after its update: each version has a file name of its
   * own. Rejects with what the system said.
   */
  renew(): Promise<void>
}

/** What has to be known of the computer and of how the app was started. */
export interface LoginSystem {
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
  /** The home folder of the person. */
  readonly home: string
  readonly executable: string
  /** The folder with the app, where the executable is a bare Electron; undefined in the packaged app. */
  readonly appFolder: string | undefined
  /** Electron's `app`, which asks macOS and Windows. */
  readonly loginItems: {
    getLoginItemSettings(
      options?: LoginItemSettingsOptions,
    ): Pick<LoginItemSettings, 'openAtLogin' | 'executableWillLaunchAtLogin'>
    setLoginItemSettings(settings: Settings): void
  }
}

/** Tells a start with the login from one by hand. */
export const hiddenSwitch = '--hidden'

/** Undefined where the app cannot be started with the login. */
export function startAtLogin(system: LoginSystem): StartAtLogin | undefined {
  switch (system.platform) {
    case 'linux':
      return autostartFile(system)
    case 'darwin':
      // A bare Electron would be registered in place of the app.
      return system.appFolder === undefined ? macLoginItem(system) : undefined
    case 'win32':
      return windowsLoginItem(system)
    default:
      return undefined
  }
}

function autostartFile({ env, home, executable, appFolder }: LoginSystem): StartAtLogin {
  const file = join(configFolder(env, home), 'autostart', 'tokentray.desktop')
  // An AppImage is mounted elsewhere at every start, so that only the image itself can be named.
  const command: Command = env.APPIMAGE
    ? [env.APPIMAGE, hiddenSwitch]
    : [executable, ...(appFolder === undefined ? [] : [appFolder]), hiddenSwitch]
  return {
    read: async () => (await stateOf(file).catch(() => 'off')) === 'on',
    async set(on, words) {
      try {
        const state = await stateOf(file)
        if (state === 'foreign') throw foreign(file, words)
        if (on) await write(file, autostartEntry(command))
        else if (state !== 'missing') await unlink(file)
      } catch (error) {
        throw error instanceof BrokerError ? error : failed(file, words, error)
      }
    },
    async renew() {
      if ((await stateOf(file)) !== 'on') return
      const program = entryProgram(await readFile(file, 'utf8'))
      if (program !== undefined && (await isGone(program))) await write(file, autostartEntry(command))
    },
  }
}

/** A relative path is to be ignored by the XDG Base Directory Specification. */
function configFolder({ XDG_CONFIG_HOME: configured }: LoginSystem['env'], home: string): string {
  return configured !== undefined && isAbsolute(configured) ? configured : join(home, '.config')
}

/** Far above every entry. Bytes. */
const sizeLimit = 65_536

/** A link, a folder or a pipe was not made here either, whatever it leads to. */
async function stateOf(file: string): Promise<EntryState | 'missing'> {
  try {
    const info = await lstat(file)
    return info.isFile() && info.size <= sizeLimit ? entryState(await readFile(file, 'utf8')) : 'foreign'
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'missing'
    throw error
  }
}

/** A program that is only out of reach, as behind a permission, is not gone. */
async function isGone(program: string): Promise<boolean> {
  if (!isAbsolute(program)) return false
  const missing = (error: NodeJS.ErrnoException) => error.code === 'ENOENT' || error.code === 'ENOTDIR'
  return stat(program).then(() => false, missing)
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const { default: writeFileAtomic } = await import('write-file-atomic')
  await writeFileAtomic(file, text, { mode: 0o600 })
}

function foreign(file: string, { settingsFile }: Words): BrokerError {
  return new BrokerError('request_refused', settingsFile.loginEntryForeign(file), { fix: settingsFile.loginEntryForeignFix })
}

function failed(file: string, { settingsFile }: Words, cause: unknown): BrokerError {
  const fix = settingsFile.loginEntryFailedFix(dirname(file))
  return new BrokerError('temporarily_unavailable', settingsFile.loginEntryFailed(file), { fix, cause })
}

/** macOS passes no arguments, and needs none: its menu bar always shows the icon, so that no window opens at a start. */
function macLoginItem({ loginItems }: LoginSystem): StartAtLogin {
  return {
    read: async () => loginItems.getLoginItemSettings().openAtLogin,
    set: async (on) => loginItems.setLoginItemSettings({ openAtLogin: on }),
    // The system follows the app.
    renew: async () => {},
  }
}

function windowsLoginItem({ executable, appFolder, loginItems }: LoginSystem): StartAtLogin {
  // Windows keeps the arguments as one line; the same ones have to be given to find the entry again.
  const entry = { path: executable, args: [...(appFolder === undefined ? [] : [`"${appFolder}"`]), hiddenSwitch] }
  return {
    async read() {
      const { openAtLogin, executableWillLaunchAtLogin } = loginItems.getLoginItemSettings(entry)
      // The person can switch an entry off in the Task Manager, where it stays in the registry.
      return openAtLogin && executableWillLaunchAtLogin
    },
    set: async (on) => loginItems.setLoginItemSettings({ ...entry, openAtLogin: on, enabled: on }),
    // The installer puts each version where the one before was.
    renew: async () => {},
  }
}
