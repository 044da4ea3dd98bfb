// One icon in the tray: what it looks like, what its menu says and how it is clicked, all over D-Bus.
import dbus from 'dbus-next'
import { type BusPeer, callBus } from './session-bus.ts'

export interface TrayPixmap {
  readonly width: number
  readonly height: number
  /** The pixel as `[alpha, red, green, blue]`. */
  pixel(x: number, y: number): readonly [number, number, number, number]
}

export interface TrayProperties {
  readonly id: string
  readonly title: string
  readonly status: string
  /** The text shown under the pointer. */
  readonly tooltip: string
  readonly pixmaps: readonly TrayPixmap[]
  readonly menuPath: string
}

export interface MenuEntry {
  /** Valid for this reading only: Electron numbers the entries anew whenever tooltip or menu are set. */
  readonly id: number
  readonly label: string
  readonly separator: boolean
  readonly enabled: boolean
  readonly visible: boolean
  /** Undefined for an entry that is no check box and no radio button. */
  readonly checked: boolean | undefined
  readonly children: readonly MenuEntry[]
}

export type MenuLabel = string | RegExp

export interface TrayItem {
  /** The unique bus name of the process that shows the icon. */
  readonly owner: string
  readonly objectPath: string
  properties(): Promise<TrayProperties>
  /** What a left click does. */
  activate(x?: number, y?: number): Promise<void>
  /** The menu as it is now, without entries that are not visible. */
  menu(): Promise<readonly MenuEntry[]>
  /** Labels of the menu as it is now, submenus indented by two spaces and separators as "-". */
  menuLabels(): Promise<readonly string[]>
  /** Reads the menu afresh and clicks an entry; several labels lead through submenus. Throws when it is missing or disabled. */
  click(...labels: MenuLabel[]): Promise<void>
}

const ITEM = 'org.kde.StatusNotifierItem'
const MENU = 'com.canonical.dbusmenu'

/** The icon that a process shows at an object path. Nothing is read before it is asked for. */
export function trayItem(peer: BusPeer, objectPath: string): TrayItem {
  const properties = async (): Promise<TrayProperties> => {
    const [all] = await callBus(peer, objectPath, 'org.freedesktop.DBus.Properties', 'GetAll', 's', [ITEM])
    const read = unwrap(all) as Record<string, unknown>
    if (typeof read.Id !== 'string') throw new Error(`${peer.destination}${objectPath} has no Id`)
    const tooltip = read.ToolTip as [string, unknown[], string, string] | undefined
    return {
      id: read.Id,
      title: (read.Title as string | undefined) ?? '',
      status: (read.Status as string | undefined) ?? '',
      tooltip: tooltip ? tooltip[2] || tooltip[3] : '',
      pixmaps: ((read.IconPixmap as [number, number, Buffer][] | undefined) ?? []).map(pixmap),
      menuPath: (read.Menu as string | undefined) ?? '',
    }
  }
  const layout = async (): Promise<{ menuPath: string; entries: readonly MenuEntry[] }> => {
    const { menuPath } = await properties()
    // Every real host announces the menu before it reads it, and some apps fill it only then.
    await callBus(peer, menuPath, MENU, 'AboutToShow', 'i', [0]).catch(() => undefined)
    const [, root] = await callBus(peer, menuPath, MENU, 'GetLayout', 'iias', [0, -1, []])
    return { menuPath, entries: menuEntry(unwrap(root) as RawEntry).children }
  }
  return {
    owner: peer.destination,
    objectPath,
    properties,
    activate: async (x = 0, y = 0) => {
      await callBus(peer, objectPath, ITEM, 'Activate', 'ii', [x, y])
    },
    menu: async () => (await layout()).entries,
    menuLabels: async () => describeMenu((await layout()).entries),
    click: async (...labels) => {
      for (let triesLeft = 5; ; triesLeft -= 1) {
        const { menuPath, entries } = await layout()
        const entry = findEntry(entries, labels)
        if (!entry.enabled) throw new Error(`the tray menu entry "${entry.label}" is disabled`)
        const time = Math.floor(Date.now() / 1000)
        const event = [entry.id, 'clicked', new dbus.Variant('s', ''), time]
        try {
          return void (await callBus(peer, menuPath, MENU, 'Event', 'isvu', event))
        } catch (error) {
          // The menu was made anew between the look and the click, so that this entry is not there any more.
          if (triesLeft === 0 || !(error instanceof Error) || !error.message.includes('error occurred in Event')) throw error
        }
      }
    },
  }
}

type RawEntry = readonly [id: number, properties: Record<string, unknown>, children: readonly RawEntry[]]

function menuEntry([id, properties, children]: RawEntry): MenuEntry {
  const toggles = properties['toggle-type'] === 'checkmark' || properties['toggle-type'] === 'radio'
  return {
    id,
    label: plainLabel(String(properties.label ?? '')),
    separator: properties.type === 'separator',
    enabled: properties.enabled !== false,
    visible: properties.visible !== false,
    checked: toggles ? properties['toggle-state'] === 1 : undefined,
    children: children.map(menuEntry).filter((entry) => entry.visible),
  }
}

/** In a dbusmenu label "_" marks the access key and "__" stands for an underscore. */
function plainLabel(label: string): string {
  return label.replaceAll(/_(_?)/g, '$1')
}

function describeMenu(entries: readonly MenuEntry[]): string[] {
  return entries.flatMap((entry) => [
    entry.separator ? '-' : entry.label,
    ...describeMenu(entry.children).map((line) => `  ${line}`),
  ])
}

function findEntry(entries: readonly MenuEntry[], labels: readonly MenuLabel[]): MenuEntry {
  const [wanted, ...rest] = labels
  const found = entries.find((entry) => (typeof wanted === 'string' ? entry.label === wanted : wanted?.test(entry.label)))
  if (!found) throw new Error(`no tray menu entry ${String(wanted)} in:\n${describeMenu(entries).join('\n')}`)
  return rest.length > 0 ? findEntry(found.children, rest) : found
}

function pixmap([width, height, bytes]: readonly [number, number, Buffer]): TrayPixmap {
  return {
    width,
    height,
    pixel: (x, y) => {
      const at = (y * width + x) * 4
      return [bytes[at]!, bytes[at + 1]!, bytes[at + 2]!, bytes[at + 3]!]
    },
  }
}
function unwrap(value: unknown): unknown {
  if (value instanceof dbus.Variant) return unwrap(value.value)
  if (Array.isArray(value)) return value.map(unwrap)
  if (value === null || typeof value !== 'object' || Buffer.isBuffer(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unwrap(inner)]))
}
