import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { NoticeDesktop, NoticeEvents, ShownNotice } from './desktop-notices.ts'
import type { SaidNotice } from './notice-words.ts'

export interface NotifySendOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  /** File of a picture. */
  readonly icon: string
  /** For a system where the program is missing, or is older than its buttons. */
  readonly otherwise: NoticeDesktop
}

/** Milliseconds in which the program has to say what it can do. */
const patience = 5_000

/** In the place of a number, where there is no notification service. */
const notShown = '0'

/** The name of the button that a click beside the buttons presses, in the desktop notifications specification. */
const clickName = 'default'

/**
 * The notifications of a Linux desktop with real buttons, shown by libnotify's own program, which stays while its notification does
 * and prints what was pressed. Electron itself offers no buttons on Linux. Speaking D-Bus through `gdbus` instead would need two
 * connections, one that shows and one that listens, and some desktops tell a press only to the one that showed. Whatever the
 * notification service of the desktop does, waiting for it costs this process nothing.
 */
export function notifySend(options: NotifySendOptions): NoticeDesktop {
  let found: Promise<Sender | undefined> | undefined
  return {
    show(notice, events, before) {
      found ??= findSender(options.env)
      return new SentNotice(notice, events, { before, found, ...options })
    },
  }
}

/** The program, and whether it says at once which notification it has shown. */
interface Sender {
  readonly command: readonly [string, ...string[]]
  readonly tellsId: boolean
}

/**
 * Into a pipe, version 0.8.1 writes the number of its notification only when it ends, unless the `stdbuf` of GNU makes it write each
 * line. Without, an earlier notification cannot be replaced in its place: it goes, and the new one comes.
 */
const senders: readonly Sender[] = [
  { command: ['stdbuf', '-oL', 'notify-send'], tellsId: true },
  { command: ['notify-send'], tellsId: false },
]

/** Undefined where there is none with buttons: version 0.7.9, which Ubuntu 22.04 has, knows neither those nor waiting. */
async function findSender(env: NotifySendOptions['env']): Promise<Sender | undefined> {
  for (const sender of senders) if (await hasButtons(sender, env)) return sender
  return undefined
}

function hasButtons({ command: [program, ...args] }: Sender, env: NotifySendOptions['env']): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(program, [...args, '--help'], { env, timeout: patience }, (error, stdout) => {
      resolve(error === null && ['--action', '--wait', '--print-id', '--replace-id'].every((option) => stdout.includes(option)))
    })
  })
}

interface SentOptions extends NotifySendOptions {
  readonly before: ShownNotice | undefined
  readonly found: Promise<Sender | undefined>
}

class SentNotice implements ShownNotice {
  readonly #events: NoticeEvents
  readonly #options: SentOptions
  #child: ChildProcess | undefined
  #other: ShownNotice | undefined
  /** Which notification of the desktop it is, once it is shown. */
  #id: string | undefined
  #tellsId = false
  #closed = false

  constructor(notice: SaidNotice, events: NoticeEvents, options: SentOptions) {
    this.#events = events
    this.#options = options
    const { before, found, otherwise } = options
    const earlier = before instanceof SentNotice ? before : undefined
    void found.then((sender) => {
      if (this.#closed) before?.close()
      else if (sender !== undefined) this.#send(notice, sender, earlier === undefined ? undefined : earlier.#leave())
      else
        this.#other = otherwise.show({ ...notice, ...plain(notice) }, events, earlier === undefined ? undefined : earlier.#other)
    })
  }

  /** The program takes its notification away when it is interrupted, once it has shown it. */
  close(): void {
    this.#closed = true
    if (this.#id !== undefined || !this.#tellsId) this.#child?.kill('SIGINT')
    this.#other?.close()
  }

  #send(notice: SaidNotice, { command, tellsId }: Sender, replaces: string | undefined): void {
    const { env, icon } = this.#options
    const [program, ...args] = command
    const child = spawn(program, [...args, ...argumentsFor(notice, icon, tellsId, replaces)], {
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    this.#child = child
    this.#tellsId = tellsId
    createInterface({ input: child.stdout }).on('line', (line) => this.#read(line, notice))
    child.once('error', () => this.#events.closed())
    child.once('close', (_code, signal) => {
      // Interrupted before it was ready for that, or too old to be.
      if (signal === 'SIGINT' && this.#id !== undefined) closeOnBus(this.#id, env)
      this.#events.closed()
    })
  }

  /** The first line is the number of the notification, the next one what was pressed. */
  #read(line: string, { buttons, click }: SaidNotice): void {
    if (this.#id === undefined) {
      this.#id = line
      if (line === notShown) this.#child?.kill()
      else if (this.#closed) this.close()
      return
    }
    const button = buttons[Number(line)]
    if (line === clickName) this.#events.chosen(click)
    else if (button !== undefined) this.#events.chosen(button.action)
  }

  /** Ends the program but not its notification, which another one takes over; undefined when there is nothing to take over. */
  #leave(): string | undefined {
    if (this.#id === undefined) {
      this.close()
      return undefined
    }
    this.#closed = true
    this.#child?.kill('SIGTERM')
    return this.#id
  }
}

/** As good as it goes: where there is no such program, the notification stays until the person takes it away. */
function closeOnBus(id: string, env: NotifySendOptions['env']): void {
  const [service, path] = ['org.freedesktop.Notifications', '/org/freedesktop/Notifications']
  const method = ['--method', `${service}.CloseNotification`, id]
  execFile(
    'gdbus',
    ['call', '--session', '--dest', service, '--object-path', path, ...method],
    { env, timeout: patience },
    () => {},
  )
}

function argumentsFor(notice: SaidNotice, icon: string, tellsId: boolean, replaces: string | undefined): readonly string[] {
  const { title, body } = plain(notice)
  return [
    '--app-name=TokenTray',
    `--icon=${icon}`,
    `--urgency=${notice.urgent ? 'critical' : 'normal'}`,
    '--print-id',
    // It waits for a button in any case, and otherwise even for a notification that could not be shown, which only its number tells.
    ...(tellsId ? ['--wait'] : []),
    ...(replaces === undefined ? [] : [`--replace-id=${replaces}`]),
    `--action=${clickName}=${notice.buttons[0]?.label ?? title}`,
    ...notice.buttons.map(({ label }, index) => `--action=${index}=${label}`),
    '--',
    title,
    // The program reads the escapes of C in this text.
    body.replaceAll('\\', '\\\\'),
  ]
}

/** Some desktops take the text for markup and others show it as it is, so that signs which look the same stand for those of markup. */
function plain({ title, body }: SaidNotice): Pick<SaidNotice, 'title' | 'body'> {
  const without = (text: string) => text.replaceAll('<', '‹').replaceAll('>', '›').replaceAll('&', '＆')
  return { title: without(title), body: without(body) }
}
