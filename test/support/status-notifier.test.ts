import dbus from 'dbus-next'
import { describe, expect, test } from 'vitest'
import { type SessionEnvironment, withoutSecretService } from './keyring.ts'
import { startTrayHost } from './status-notifier.ts'

const RED = Buffer.from([255, 220, 40, 40])

type RawMenu = [number, Record<string, dbus.Variant>, dbus.Variant[]]
const text = (value: string) => new dbus.Variant('s', value)
const entry = (id: number, properties: Record<string, dbus.Variant>, children: dbus.Variant[] = []) =>
  new dbus.Variant('(ia{sv}av)', [id, properties, children] satisfies RawMenu)

/** A tray icon made of nothing but D-Bus messages, so that the host is tested without an app whose faults could hide its own. */
async function showIcon(env: SessionEnvironment, objectPath = '/StatusNotifierItem') {
  const bus = dbus.sessionBus({ busAddress: env.DBUS_SESSION_BUS_ADDRESS! })
  bus.on('error', () => undefined)
  const clicks: number[] = []
  let activations = 0
  let firstId = 10
  const properties = () => ({
    Id: text('test-icon'),
    Status: text('Active'),
    ToolTip: new dbus.Variant('(sa(iiay)ss)', ['', [], 'TokenTray: ready', '']),
    IconPixmap: new dbus.Variant('a(iiay)', [[1, 1, RED]]),
    Menu: new dbus.Variant('o', '/menu'),
  })
  const menu = (): RawMenu => [
    0,
    {},
    [
      entry(firstId, { label: text('_Sign in') }),
      entry(firstId + 1, { type: text('separator') }),
      entry(firstId + 2, { label: text('snake__case'), enabled: new dbus.Variant('b', false) }),
      entry(firstId + 3, { label: text('hidden'), visible: new dbus.Variant('b', false) }),
      entry(firstId + 4, { label: text('More') }, [
        entry(firstId + 5, {
          label: text('Start at login'),
          'toggle-type': text('checkmark'),
          'toggle-state': new dbus.Variant('i', 1),
        }),
      ]),
    ],
  ]
  bus.addMethodHandler((message: dbus.Message) => {
    const reply = (signature = '', body: unknown[] = []) => {
      bus.send(dbus.Message.newMethodReturn(message, signature, body))
      return true
    }
    if (message.member === 'GetAll' && message.path === objectPath) return reply('a{sv}', [properties()])
    if (message.member === 'GetLayout') return reply('u(ia{sv}av)', [1, menu()])
    if (message.member === 'Activate') activations++
    if (message.member === 'Event') {
      clicks.push(message.body[0] - firstId)
      // As Electron does: after a change the entries carry new numbers.
      firstId += 10
    }
    return message.member === 'Activate' || message.member === 'Event' ? reply() : false
  })
  await new Promise<void>((resolve) => bus.on('connect', resolve))
  const register = (argument: string) =>
    bus.call(
      new dbus.Message({
        destination: 'org.kde.StatusNotifierWatcher',
        path: '/StatusNotifierWatcher',
        interface: 'org.kde.StatusNotifierWatcher',
        member: 'RegisterStatusNotifierItem',
        signature: 's',
        body: [argument],
      }),
    )
  return { bus, clicks, activations: () => activations, register }
}

describe('the tray host', () => {
  test('reads an icon, its tooltip and its menu, and clicks by label after the numbers changed', async () => {
    await withoutSecretService(async (env) => {
      const host = await startTrayHost(env)
      const icon = await showIcon(env)
      await icon.bus.requestName('org.freedesktop.StatusNotifierItem-4711-1', 0)
      await icon.register('org.freedesktop.StatusNotifierItem-4711-1')
      const item = await host.waitForItem(2_000)

      const properties = await item.properties()
      expect(properties).toMatchObject({ id: 'test-icon', status: 'Active', tooltip: 'TokenTray: ready' })
      expect(properties.pixmaps[0]!.pixel(0, 0)).toEqual([255, 220, 40, 40])
      expect(await item.menuLabels()).toEqual(['Sign in', '-', 'snake_case', 'More', '  Start at login'])
      expect((await item.menu())[3]!.children[0]).toMatchObject({ checked: true })

      await item.click('Sign in')
      await item.click('More', /^Start/)
      expect(icon.clicks).toEqual([0, 5])
      await expect(item.click('snake_case')).rejects.toThrow('disabled')
      await expect(item.click('Sign out')).rejects.toThrow('no tray menu entry Sign out')
      await item.activate()
      expect(icon.activations()).toBe(1)

      icon.bus.disconnect()
      await host.waitForNoItem(2_000)
      await host.close()
    })
  })

  test('is as strict as GNOME about what may be registered', async () => {
    await withoutSecretService(async (env) => {
      const host = await startTrayHost(env)
      const icon = await showIcon(env, '/org/example/Icon')
      await expect(icon.register('org.example.NobodyOwnsThis')).rejects.toThrow('no bus name with an owner')
      await expect(icon.register('not a bus name')).rejects.toThrow('no bus name with an owner')
      expect(host.refused).toHaveLength(2)
      // Its own name is fine, but then the object must be where a bus name says it is: this icon would stay invisible.
      await icon.register((icon.bus as dbus.MessageBus & { name: string }).name)
      await expect(host.waitForItem(200)).rejects.toThrow('no tray icon')
      icon.bus.disconnect()
      await host.waitForNoItem(2_000)

      const other = await showIcon(env, '/org/example/Icon')
      await other.register('/org/example/Icon')
      expect((await host.waitForItem(2_000)).objectPath).toBe('/org/example/Icon')
      await expect(startTrayHost(env)).rejects.toThrow('owned already')
      other.bus.disconnect()
      await host.close()
    })
  })
})
