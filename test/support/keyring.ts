// Private D-Bus sessions for tests, and what can happen to the keychain in them.
//
// Each `with…` function starts a session of its own (see with-keyring.sh for how), hands its environment to the test and removes
// everything afterwards. Give that environment to child processes: keytar reads it when it is loaded, so a test process cannot
// move from one bus to another. Inside a session that a test did not start itself, `process.env` is an environment as well.
import { execFile, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import dbus from 'dbus-next'
import { callBus, connectToBus, type SessionEnvironment } from './session-bus.ts'

export type { SessionEnvironment }

/** What identifies one of keytar's items in the Secret Service. */
export interface KeyringItemName {
  readonly service: string
  readonly account: string
}

/** An item as `secret-tool search` shows it to any program of the user. */
export interface FoundKeyringItem {
  readonly label: string
  readonly secret: string
  readonly attributes: Readonly<Record<string, string>>
}

/** An item as the keyring lists it, without its secret; listing works while the keyring is locked, too. */
export interface ListedKeyringItem {
  readonly label: string
  readonly locked: boolean
  readonly attributes: Readonly<Record<string, string>>
}

const SECRETS = 'org.freedesktop.secrets'
const SERVICE_PATH = '/org/freedesktop/secrets'
const LOGIN_COLLECTION = '/org/freedesktop/secrets/collection/login'
const SCRIPT = fileURLToPath(new URL('./with-keyring.sh', import.meta.url))

/** Runs `body` in a session with an unlocked keyring that holds nothing. */
export function withKeyring<T>(body: (env: SessionEnvironment) => Promise<T>): Promise<T> {
  return withSession([], body)
}

/** Runs `body` in a session whose bus works but has no Secret Service, as on a server without a keychain. */
export function withoutSecretService<T>(body: (env: SessionEnvironment) => Promise<T>): Promise<T> {
  return withSession(['--no-secret-service'], body)
}

/** Runs `body` with a private home but no session bus at all, as in a bare container or an SSH login. */
export function withoutBus<T>(body: (env: SessionEnvironment) => Promise<T>): Promise<T> {
  return withoutSecretService((env) =>
    // The address names a socket that does not exist. Merely unset, libdbus would look for the real session of the machine.
    body({ ...env, DBUS_SESSION_BUS_ADDRESS: `unix:path=${env.XDG_RUNTIME_DIR}/no-bus-here` }),
  )
}

/**
 * Locks the keyring, as a screen lock or the user's password manager would. Unlock prompts that this causes later are dismissed
 * within milliseconds, because the session's bus has no display to show them on; see `holdPrompts` for the other case.
 */
export async function lockKeyring(env: SessionEnvironment = process.env): Promise<void> {
  await onBus(env, async (bus) => {
    await call(bus, SERVICE_PATH, 'org.freedesktop.Secret.Service', 'Lock', 'ao', [[LOGIN_COLLECTION]])
    if (!(await isCollectionLocked(bus))) throw new Error('the keyring did not lock')
  })
}

/** Unlocks the keyring with its password; throws when the password is wrong. */
export async function unlockKeyring(password?: string, env: SessionEnvironment = process.env): Promise<void> {
  const secret = Buffer.from(password ?? env.TOKENTRAY_TEST_KEYRING_PASSWORD ?? '')
  await onBus(env, async (bus) => {
    // This interface of gnome-keyring is the one its own PAM module uses: it takes the password without drawing a dialog.
    const opened = await call(bus, SERVICE_PATH, 'org.freedesktop.Secret.Service', 'OpenSession', 'sv', [
      'plain',
      new dbus.Variant('s', ''),
    ])
    const secretStruct = [opened[1], Buffer.alloc(0), secret, 'text/plain']
    await call(
      bus,
      SERVICE_PATH,
      'org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface',
      'UnlockWithMasterPassword',
      'o(oayays)',
      [LOGIN_COLLECTION, secretStruct],
    )
    if (await isCollectionLocked(bus)) throw new Error('the keyring did not unlock')
  })
}

/** Ends the keyring as a crash would, and starts another one on the same items. Call the returned function to end that one. */
export async function restartKeyring(env: SessionEnvironment = process.env): Promise<() => void> {
  const owner = () =>
    onBus(env, async (bus) => {
      const target = { bus, destination: 'org.freedesktop.DBus' }
      const name = 'org.freedesktop.DBus'
      return callBus(target, '/org/freedesktop/DBus', name, 'GetConnectionUnixProcessID', 's', [SECRETS])
    })
  const [old] = await owner()
  process.kill(Number(old), 'SIGKILL')
  const args = ['--foreground', '--unlock', '--components=secrets']
  const { DISPLAY: _, WAYLAND_DISPLAY: __, ...hidden } = env
  const child = spawn('gnome-keyring-daemon', args, { env: hidden, stdio: ['pipe', 'ignore', 'ignore'] })
  child.stdin.end(env.TOKENTRAY_TEST_KEYRING_PASSWORD)
  for (let triesLeft = 100; triesLeft > 0; triesLeft -= 1) {
    const [pid] = await owner().catch(() => [undefined])
    if (pid === child.pid) return () => void child.kill()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  child.kill()
  throw new Error('the keyring did not start again')
}

/** Whether the keyring is locked now. */
export function isKeyringLocked(env: SessionEnvironment = process.env): Promise<boolean> {
  return onBus(env, isCollectionLocked)
}

/** Lists every item in the keyring, whoever made it. */
export function listKeyringItems(env: SessionEnvironment = process.env): Promise<ListedKeyringItem[]> {
  return onBus(env, async (bus) => {
    const paths = (await property(bus, LOGIN_COLLECTION, 'org.freedesktop.Secret.Collection', 'Items')) as string[]
    return Promise.all(
      paths.map(async (item) => {
        const read = (name: string) => property(bus, item, 'org.freedesktop.Secret.Item', name)
        const [label, locked, attributes] = await Promise.all([read('Label'), read('Locked'), read('Attributes')])
        return { label: label as string, locked: locked as boolean, attributes: attributes as Record<string, string> }
      }),
    )
  })
}

/** Finds items by attribute with Debian's `secret-tool`, which shares no code with keytar: what it sees is really stored. */
export async function secretToolSearch(
  attributes: Readonly<Record<string, string>>,
  env: SessionEnvironment = process.env,
): Promise<FoundKeyringItem[]> {
  const { stdout, stderr } = await secretTool(['search', '--all', ...Object.entries(attributes).flat()], env)
  return parseSecretToolSearch(stdout, stderr)
}

/** Stores an item as somebody else would, over the one of the same name if there is one. */
export function storeKeyringItem(
  { service, account }: KeyringItemName,
  secret: string,
  env: SessionEnvironment = process.env,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const args = ['store', `--label=${service}`, 'service', service, 'account', account]
    const child = spawn('secret-tool', args, { env, stdio: ['pipe', 'ignore', 'inherit'] })
    child.stdin?.end(secret)
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`secret-tool ended with ${code}`))))
  })
}

/** Deletes an item behind the program's back, as a user tidying up in Seahorse does; throws when it is not there. */
export async function deleteKeyringItem(item: KeyringItemName, env: SessionEnvironment = process.env): Promise<void> {
  const named = async () =>
    (await listKeyringItems(env)).filter((x) => x.attributes.service === item.service && x.attributes.account === item.account)
  if ((await named()).length === 0) throw new Error(`no keyring item ${item.service}/${item.account}`)
  await secretTool(['clear', 'service', item.service, 'account', item.account], env)
  if ((await named()).length > 0) throw new Error(`the keyring kept ${item.service}/${item.account}`)
}

/**
 * Makes unlock prompts stay open without an answer, as when the user has left the desk. While it is held, a keychain call that
 * meets a locked keyring does not return. Call the returned function to end it; the prompts left open then fail.
 */
export async function holdPrompts(env: SessionEnvironment = process.env): Promise<() => void> {
  const bus = connectToBus(env)
  // gnome-keyring asks this name to begin prompting and then waits to be called back. Accepting and doing nothing more is what an
  // unanswered dialog looks like from its side.
  let released = false
  bus.addMethodHandler((message: dbus.Message) => {
    if (released) return true
    if (message.member !== 'BeginPrompting' && message.member !== 'PerformPrompt' && message.member !== 'StopPrompting')
      return false
    bus.send(dbus.Message.newMethodReturn(message))
    return true
  })
  const reply = await bus.requestName('org.gnome.keyring.SystemPrompter', dbus.NameFlag.DO_NOT_QUEUE)
  if (reply !== dbus.RequestNameReply.PRIMARY_OWNER) {
    bus.disconnect()
    throw new Error('a keyring prompter is running already')
  }
  return () => {
    released = true
    bus.disconnect()
  }
}

/** `secret-tool search` prints labels and secrets on stdout and attributes on stderr, an item after the other on both. */
function parseSecretToolSearch(stdout: string, stderr: string): FoundKeyringItem[] {
  const attributes: Record<string, string>[] = []
  for (const line of stderr.split('\n')) {
    const match = /^attribute\.([^ ]+) = (.*)$/.exec(line)
    if (!match) continue
    const [, name = '', value = ''] = match
    // Attributes come sorted by nothing in particular, but each name once per item: a repeated name begins the next item.
    const current = attributes.at(-1)
    if (!current || name in current) attributes.push({ [name]: value })
    else current[name] = value
  }
  const items = stdout.split(/^\[[^\n]*\]\n/m).slice(1)
  return items.map((text, index) => ({
    label: /^label = (.*)$/m.exec(text)?.[1] ?? '',
    secret: /^secret = ([\s\S]*?)\ncreated = /m.exec(text)?.[1] ?? '',
    attributes: attributes[index] ?? {},
  }))
}

function secretTool(args: readonly string[], env: SessionEnvironment): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    execFile('secret-tool', [...args], { env, timeout: 10_000 }, (error, stdout, stderr) => {
      // `search` that finds nothing prints nothing and, depending on the version, ends with 0 or 1.
      if (error && (error.code !== 1 || stderr.trim() !== ''))
        reject(new Error(`secret-tool ${args[0]}: ${stderr || error.message}`))
      else resolve({ stdout, stderr })
    })
  })
}

async function withSession<T>(flags: readonly string[], body: (env: SessionEnvironment) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tt-env-'))
  const file = path.join(folder, 'environment')
  // The session lives as long as the stdin of `cat` is open, so that it ends even when this process is killed.
  const script = 'env -0 >"$0.part" && mv "$0.part" "$0" && echo ready && exec cat >/dev/null'
  const child = spawn(SCRIPT, [...flags, 'sh', '-c', script, file], { stdio: ['pipe', 'pipe', 'pipe'] })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  child.stdin.on('error', () => undefined)
  try {
    await new Promise<void>((resolve, reject) => {
      let stderr = ''
      child.stderr.on('data', (chunk) => {
        stderr += chunk
      })
      child.once('error', reject)
      child.once('close', (code) =>
        reject(new Error(`with-keyring.sh ended with ${code} before the session was ready: ${stderr}`)),
      )
      child.stdout.once('data', () => resolve())
    })
    return await body(parseEnvironment(await readFile(file, 'utf8')))
  } finally {
    child.stdin.end()
    await ended
    await rm(folder, { recursive: true, force: true })
  }
}

function parseEnvironment(text: string): SessionEnvironment {
  const entries = text.split('\0').filter((line) => line.includes('='))
  return Object.fromEntries(entries.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
}

async function onBus<T>(env: SessionEnvironment, use: (bus: dbus.MessageBus) => Promise<T>): Promise<T> {
  const bus = connectToBus(env)
  try {
    return await use(bus)
  } finally {
    bus.disconnect()
  }
}

function call(
  bus: dbus.MessageBus,
  objectPath: string,
  iface: string,
  member: string,
  signature: string,
  body: unknown[],
): Promise<unknown[]> {
  return callBus({ bus, destination: SECRETS }, objectPath, iface, member, signature, body)
}

async function property(bus: dbus.MessageBus, objectPath: string, iface: string, name: string): Promise<unknown> {
  const [value] = await call(bus, objectPath, 'org.freedesktop.DBus.Properties', 'Get', 'ss', [iface, name])
  return (value as dbus.Variant).value
}

async function isCollectionLocked(bus: dbus.MessageBus): Promise<boolean> {
  return (await property(bus, LOGIN_COLLECTION, 'org.freedesktop.Secret.Collection', 'Locked')) as boolean
}
