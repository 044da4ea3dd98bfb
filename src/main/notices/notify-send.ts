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

/** The name of the button that a click beside the buttons presses, in the desktop notifications specification. */
const clickName = 'default'

/**
 * The notifications of a Linux desktop with real buttons, shown by libnotify's own program, which stays while its notification does
 * and prints what was pressed. Electron itself offers no buttons on Linux. Speaking D-Bus through `gdbus` instead would need two
 * connections, one that shows and one that listens, and some desktops tell a press only to the one that showed. Whatever the
 * notification service of the desktop does, waiting for it costs this process nothing.
 */
export function notifySend(options: NotifySendOptions): NoticeDesktop {
  let able: Promise<boolean> | undefined
  return {
    show(notice, events, before) {
      able ??= hasButtons(options.env)
      return new SentNotice(notice, events, before, able, options)
    },
  }
}

/** Version 0.7.9, which Ubuntu 22.04 has, knows neither buttons nor waiting. */
function hasButtons(env: NotifySendOptions['env']): Promise<boolean> {
  return new Promise((resolve) => {
    execFile('notify-send', ['--help'], { env, timeout: patience }, (error, stdout) => {
      resolve(error === null && ['--action', '--wait', '--print-id', '--replace-id'].every((option) => stdout.includes(option)))
    })
  })
}

class SentNotice implements ShownNotice {
  readonly #events: NoticeEvents
  readonly #options: NotifySendOptions
  #child: ChildProcess | undefined
  #other: ShownNotice | undefined
  /** Which notification of the desktop it is, once it is shown. */
  #id: string | undefined
  #closed = false

  constructor(
    notice: SaidNotice,
    events: NoticeEvents,
    before: ShownNotice | undefined,
    able: Promise<boolean>,
    options: NotifySendOptions,
  ) {
    this.#events = events
    this.#options = options
    void able.then((isAble) => {
      const earlier = before instanceof SentNotice ? before : undefined
      if (this.#closed) before?.close()
      else if (isAble) this.#send(notice, earlier === undefined ? undefined : earlier.#leave())
      else
        this.#other = options.otherwise.show(
          { ...notice, ...plain(notice) },
          events,
          earlier === undefined ? undefined : earlier.#other,
        )
    })
  }

  /** The program takes its notification away when it is interrupted, once it has shown it. */
  close(): void {
    this.#closed = true
    if (this.#id !== undefined) this.#child?.kill('SIGINT')
    this.#other?.close()
  }

  #send(notice: SaidNotice, replaces: string | undefined): void {
    const args = argumentsFor(notice, this.#options.icon, replaces)
    const child = spawn('notify-send', args, { env: this.#options.env, stdio: ['ignore', 'pipe', 'ignore'] })
    this.#child = child
    createInterface({ input: child.stdout }).on('line', (line) => this.#read(line, notice))
    child.once('error', () => this.#events.closed())
    child.once('close', (_code, signal) => {
      // Interrupted before it was ready for that, or too old to be.
      if (signal === 'SIGINT' && this.#id !== undefined) closeOnBus(this.#id, this.#options.env)
      this.#events.closed()
    })
  }

  /** The first line is the number of the notification, the next one what was pressed. */
  #read(line: string, { buttons, click }: SaidNotice): void {
    if (this.#id === undefined) {
      this.#id = line
      if (this.#closed) this.close()
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

function argumentsFor(notice: SaidNotice, icon: string, replaces: string | undefined): readonly string[] {
  const { title, body } = plain(notice)
  return [
    '--app-name=TokenTray',
    `--icon=${icon}`,
    `--urgency=${notice.urgent ? 'critical' : 'normal'}`,
    '--print-id',
    '--wait',
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
