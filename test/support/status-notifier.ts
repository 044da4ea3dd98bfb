// A tray without a panel: a StatusNotifierWatcher and host for tests, so that icon, tooltip and menu can be asserted over D-Bus.
//
// It is as strict as GNOME's, because Electron releases have passed lenient ones and shown no icon on GNOME: an argument that does
// not start with "/" is a bus name, that name must have an owner at the moment of registration, and everything is then read from
// the owner's unique name. Start it before the app: an app that finds no watcher falls back to X11 and never comes back.
import { setTimeout as sleep } from 'node:timers/promises'
import dbus from 'dbus-next'
import { callBus, connectToBus, type SessionEnvironment } from './session-bus.ts'
import { type TrayItem, trayItem } from './tray-item.ts'

export type { MenuEntry, MenuLabel, TrayItem, TrayPixmap, TrayProperties } from './tray-item.ts'

export interface TrayHost {
  readonly items: readonly TrayItem[]
  /** Registrations that were refused, with the reason GNOME would have had. */
  readonly refused: readonly string[]
  /** The first icon that is registered and readable. */
  waitForItem(timeoutMs?: number): Promise<TrayItem>
  /** Resolves when no icon is left, as after the app has ended. */
  waitForNoItem(timeoutMs?: number): Promise<void>
  close(): Promise<void>
}

const WATCHER = 'org.kde.StatusNotifierWatcher'
const DEFAULT_ITEM_PATH = '/StatusNotifierItem'
const BUS_NAME = /^(:\d+\.\d+|[A-Za-z_-][\w-]*(\.[A-Za-z_-][\w-]*)+)$/

class Watcher extends dbus.interface.Interface {
  readonly registered: string[] = []
  get RegisteredStatusNotifierItems(): string[] {
    return this.registered
  }
  get IsStatusNotifierHostRegistered(): boolean {
    return true
  }
  get ProtocolVersion(): number {
    return 0
  }
  RegisterStatusNotifierHost(): void {
    this.StatusNotifierHostRegistered()
  }
  StatusNotifierItemRegistered(service: string): string {
    return service
  }
  StatusNotifierItemUnregistered(service: string): string {
    return service
  }
  StatusNotifierHostRegistered(): void {}
}
const { ACCESS_READ } = dbus.interface
Watcher.configureMembers({
  methods: { RegisterStatusNotifierHost: { inSignature: 's' } },
  properties: {
    RegisteredStatusNotifierItems: { signature: 'as', access: ACCESS_READ },
    IsStatusNotifierHostRegistered: { signature: 'b', access: ACCESS_READ },
    ProtocolVersion: { signature: 'i', access: ACCESS_READ },
  },
  signals: {
    StatusNotifierItemRegistered: { signature: 's' },
    StatusNotifierItemUnregistered: { signature: 's' },
    StatusNotifierHostRegistered: { signature: '' },
  },
})

/** Becomes the session's tray. Only one can exist on a bus; a second one throws. */
export async function startTrayHost(env: SessionEnvironment = process.env): Promise<TrayHost> {
  const bus = connectToBus(env)
  const watcher = new Watcher(WATCHER)
  const items: TrayItem[] = []
  const refused: string[] = []
  let closed = false
  const remove = (owner: string) => {
    if (closed) return
    for (const item of items.filter((x) => x.owner === owner)) {
      items.splice(items.indexOf(item), 1)
      const [service] = watcher.registered.splice(watcher.registered.indexOf(item.owner + item.objectPath), 1)
      watcher.StatusNotifierItemUnregistered(service!)
    }
  }
  const register = async (message: dbus.Message) => {
    const argument = String(message.body[0])
    const objectPath = argument.startsWith('/') ? argument : DEFAULT_ITEM_PATH
    const owner = argument.startsWith('/') ? message.sender : await ownerOf(bus, argument)
    if (owner === undefined) {
      refused.push(`${argument}: no bus name with an owner`)
      bus.send(errorReply(message, 'org.freedesktop.DBus.Error.InvalidArgs', refused.at(-1)))
      return
    }
    bus.send(dbus.Message.newMethodReturn(message))
    if (items.some((item) => item.owner === owner && item.objectPath === objectPath)) return
    items.push(trayItem({ bus, destination: owner }, objectPath))
    watcher.registered.push(owner + objectPath)
    watcher.StatusNotifierItemRegistered(owner + objectPath)
  }
  // Handled below the object layer, which does not tell a method who called it.
  bus.addMethodHandler((message: dbus.Message) => {
    if (message.interface !== WATCHER || message.member !== 'RegisterStatusNotifierItem') return false
    register(message).catch((error) => refused.push(String(error)))
    return true
  })
  bus.on('message', (message) => {
    if (message.member !== 'NameOwnerChanged' || message.sender !== 'org.freedesktop.DBus') return
    const [name, , newOwner] = message.body as [string, string, string]
    if (newOwner === '') remove(name)
  })
  await callBus({ bus, destination: 'org.freedesktop.DBus' }, '/org/freedesktop/DBus', 'org.freedesktop.DBus', 'AddMatch', 's', [
    "type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged'",
  ])
  bus.export('/StatusNotifierWatcher', watcher)
  if ((await bus.requestName(WATCHER, dbus.NameFlag.DO_NOT_QUEUE)) !== dbus.RequestNameReply.PRIMARY_OWNER) {
    bus.disconnect()
    throw new Error(`${WATCHER} is owned already: another tray runs on this session bus`)
  }
  return {
    items,
    refused,
    waitForItem: (timeoutMs = 15_000) =>
      poll(
        timeoutMs,
        () => firstReadable(items),
        () => `no tray icon registered; refused: ${refused.join('; ') || 'none'}`,
      ),
    waitForNoItem: async (timeoutMs = 15_000) => {
      await poll(
        timeoutMs,
        async () => items.length === 0 || undefined,
        () => `${items.length} tray icons are still registered`,
      )
    },
    close: async () => {
      closed = true
      // Given back first: after the answer nobody sends calls here any more, which a closed connection could not refuse.
      await Promise.race([bus.releaseName(WATCHER).catch(() => undefined), sleep(1_000)])
      bus.disconnect()
    },
  }
}

async function firstReadable(items: readonly TrayItem[]): Promise<TrayItem | undefined> {
  const [item] = items
  if (!item) return undefined
  // An icon that cannot be read from the unique name is one that GNOME registers and does not draw.
  return (await item.properties().catch(() => undefined)) && item
}

async function ownerOf(bus: dbus.MessageBus, name: string): Promise<string | undefined> {
  if (!BUS_NAME.test(name)) return undefined
  const daemon = { bus, destination: 'org.freedesktop.DBus' }
  try {
    const [owner] = await callBus(daemon, '/org/freedesktop/DBus', 'org.freedesktop.DBus', 'GetNameOwner', 's', [name])
    return owner as string
  } catch {
    return undefined
  }
}
/** dbus-next takes the message that is answered; its declaration says string. */
function errorReply(message: dbus.Message, name: string, text: string | undefined): dbus.Message {
  return dbus.Message.newError(message as unknown as string, name, text)
}
async function poll<T>(timeoutMs: number, attempt: () => Promise<T | undefined>, failure: () => string): Promise<T> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const value = await attempt()
    if (value !== undefined) return value
    if (Date.now() > deadline) throw new Error(`${failure()} (waited ${timeoutMs} ms)`)
    await sleep(25)
  }
}
