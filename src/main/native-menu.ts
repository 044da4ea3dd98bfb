import type { MenuItemConstructorOptions } from 'electron'
import { assertNever } from '../core/assert-never.ts'
import type { MenuAction, MenuEntry, MenuModel } from './menu-model.ts'
import { plainLine } from './plain-line.ts'

/** Electron's form of the menu. */
export function nativeMenu(model: MenuModel, run: (action: MenuAction) => void): MenuItemConstructorOptions[] {
  return model.map((entry) => nativeItem(entry, run))
}

function nativeItem(entry: MenuEntry, run: (action: MenuAction) => void): MenuItemConstructorOptions {
  switch (entry.kind) {
    case 'action':
      return { label: literal(entry.label), click: () => run(entry.action) }
    case 'check': {
      const { label, checked, action } = entry
      return { type: 'checkbox', label: literal(label), checked, click: () => run(action) }
    }
    case 'text':
      return { label: literal(entry.label), enabled: false }
    case 'submenu':
      return { label: literal(entry.label), submenu: nativeMenu(entry.entries, run) }
    case 'separator':
      return { type: 'separator' }
    default:
      return assertNever(entry)
  }
}

/** Characters of an entry. A longer one would make the menu as wide as the screen, and the window has the whole of it. */
const longest = 160

/** A single ampersand would underline the next letter instead of being shown, and a menu has no type for code. */
const literal = (label: string) => plainLine(label.replaceAll('`', ''), longest).replaceAll('&', '&&')
