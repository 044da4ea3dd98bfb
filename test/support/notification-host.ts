// The notification service of a desktop, for tests: what is shown can be read and pressed, over D-Bus.
import { setTimeout as sleep } from 'node:timers/promises'
import dbus from 'dbus-next'
import { connectToBus, type SessionEnvironment } from './session-bus.ts'

export interface DesktopNotification {
  readonly id: number
  readonly app: string
  readonly title: string
  readonly body: string
  /** The words on each button by its name; `default` is the click beside them. */
  readonly buttons: Readonly<Record<string, string>>
  readonly urgency: number | undefined
  /** Whether it took the place of one that stood. */
  readonly replaced: boolean
}

export interface NotificationHost {
  /** Every notification that ever came, in the order of their coming. */
  readonly came: readonly DesktopNotification[]
  /** Those that are on the screen. */
  readonly standing: readonly DesktopNotification[]
  waitFor(title: string | RegExp, timeoutMs?: number): Promise<DesktopNotification>
  /** Presses a button by its words. */
  press(notification: DesktopNotification, label: string): void
  /** Clicks beside the buttons. */
  click(notification: DesktopNotification): void
  /** What a person does who takes it off the screen. */
  dismiss(notification: DesktopNotification): void
  close(): Promise<void>
}

const SERVICE = 'org.freedesktop.Notifications'
const reasons = { dismissed: 2, closed: 3 } as const

class Service extends dbus.interface.Interface {
  readonly came: DesktopNotification[] = []
  readonly standing: DesktopNotification[] = []
  readonly capabilities: string[]
  #count = 0

  constructor(capabilities: string[]) {
    super(SERVICE)
    this.capabilities = capabilities
  }
  GetCapabilities(): string[] {
    return this.capabilities
  }
  GetServerInformation(): [string, string, string, string] {
    return ['test', 'TokenTray', '1', '1.2']
  }
  Notify(
    app: string,
    replaces: number,
    _icon: string,
    title: string,
    body: string,
    actions: string[],
    hints: Record<string, dbus.Variant>,
  ): number {
    const at = this.standing.findIndex((each) => each.id === replaces)
    if (at < 0) this.#count += 1
    const id = at < 0 ? this.#count : replaces
    const pairs = actions.flatMap((name, index) => (index % 2 === 0 ? [[name, actions[index + 1] ?? '']] : []))
    const urgency = hints.urgency?.value as number | undefined
    const notification = { id, app, title, body, buttons: Object.fromEntries(pairs), urgency, replaced: at >= 0 }
    this.came.push(notification)
    this.standing.splice(at < 0 ? this.standing.length : at, at < 0 ? 0 : 1, notification)
    return id
  }
  CloseNotification(id: number): void {
    this.end(id, reasons.closed)
  }
  end(id: number, reason: number): void {
    const at = this.standing.findIndex((each) => each.id === id)
    if (at < 0) return
    this.standing.splice(at, 1)
    this.NotificationClosed(id, reason)
  }
  ActionInvoked(id: number, name: string): [number, string] {
    return [id, name]
  }
  NotificationClosed(id: number, reason: number): [number, number] {
    return [id, reason]
  }
}
Service.configureMembers({
  methods: {
    GetCapabilities: { outSignature: 'as' },
    GetServerInformation: { outSignature: 'ssss' },
    Notify: { inSignature: 'susssasa{sv}i', outSignature: 'u' },
    CloseNotification: { inSignature: 'u' },
  },
  signals: { ActionInvoked: { signature: 'us' }, NotificationClosed: { signature: 'uu' } },
})

/** Becomes the session's notification service. Only one can exist on a bus; a second one throws. */
export async function startNotificationHost(
  env: SessionEnvironment = process.env,
  capabilities: string[] = ['body', 'actions'],
): Promise<NotificationHost> {
  const bus = connectToBus(env)
  const service = new Service(capabilities)
  bus.export('/org/freedesktop/Notifications', service)
  if ((await bus.requestName(SERVICE, dbus.NameFlag.DO_NOT_QUEUE)) !== dbus.RequestNameReply.PRIMARY_OWNER) {
    bus.disconnect()
    throw new Error(`${SERVICE} is owned already: another notification service runs on this session bus`)
  }
  const invoke = ({ id }: DesktopNotification, name: string) => {
    service.ActionInvoked(id, name)
    service.end(id, reasons.dismissed)
  }
  return {
    came: service.came,
    standing: service.standing,
    async waitFor(title, timeoutMs = 15_000) {
      const deadline = Date.now() + timeoutMs
      const fits = (each: DesktopNotification) => (typeof title === 'string' ? each.title === title : title.test(each.title))
      for (;;) {
        const found = service.standing.find(fits)
        if (found !== undefined) return found
        const came = service.came.map((each) => each.title).join('; ')
        if (Date.now() > deadline) throw new Error(`no notification ${title} in ${timeoutMs} ms; came: ${came || 'none'}`)
        await sleep(25)
      }
    },
    press(notification, label) {
      const name = Object.keys(notification.buttons).find((each) => each !== 'default' && notification.buttons[each] === label)
      if (name === undefined) throw new Error(`“${notification.title}” has no button “${label}”`)
      invoke(notification, name)
    },
    click: (notification) => invoke(notification, 'default'),
    dismiss: ({ id }) => service.end(id, reasons.dismissed),
    close: async () => {
      await Promise.race([bus.releaseName(SERVICE).catch(() => undefined), sleep(1_000)])
      bus.disconnect()
    },
  }
}
