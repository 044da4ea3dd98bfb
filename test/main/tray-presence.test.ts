import { expect, test } from 'vitest'
import { FrameChoice } from '../../src/main/frame.ts'
import { type RunProgram, trayPresence } from '../../src/main/tray-presence.ts'

const missing: RunProgram = () => Promise.reject(new Error('ENOENT'))

test.each([
  ['gdbus', '(true,)\n', 'present'],
  ['gdbus', '(false,)\n', 'absent'],
  ['dbus-send', 'method return time=1 sender=org.freedesktop.DBus\n   boolean true\n', 'present'],
  ['busctl', 'b false\n', 'absent'],
] as const)('%s answers %j', async (program, printed, presence) => {
  const run: RunProgram = (file) => (file === program ? Promise.resolve(printed) : missing(file, []))
  expect(await trayPresence('linux', run)).toBe(presence)
})

test('without a program or a bus nothing is known', async () => {
  expect(await trayPresence('linux', missing)).toBe('unknown')
})

test('other systems always have a tray', async () => {
  expect(await trayPresence('darwin', missing)).toBe('present')
  expect(await trayPresence('win32', missing)).toBe('present')
})

test('a window stands on its own unless a tray is known to be there', async () => {
  let presence: 'present' | 'absent' | 'unknown' = 'unknown'
  const frame = new FrameChoice(() => Promise.resolve(presence), [], {})
  expect(frame.current()).toBe('window')
  expect(await frame.look()).toBe('window')
  presence = 'present'
  expect(await frame.look()).toBe('popover')
  expect(frame.current()).toBe('popover')
  presence = 'absent'
  expect(await frame.look()).toBe('window')
})

test.each([
  [['electron', '.', '--window'], {}],
  [[], { TOKENTRAY_WINDOW: '1' }],
])('a window can be asked for', async (argv, env) => {
  expect(await new FrameChoice(() => Promise.resolve('present'), argv, env).look()).toBe('window')
})
