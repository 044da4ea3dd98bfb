import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { HostLink } from '../../src/main/host-link.ts'
import { type ScreenEvent, ScreenLock } from '../../src/main/screen-lock.ts'
import { BrokerError, type VaultStatus } from '../../src/protocol/index.ts'
import { inMemory, locked, lockedByPerson, lockedWithPassphrase, ready, snapshotOf } from '../renderer/support/snapshots.ts'
import { ManualClock, settle } from '../support/manual-clock.ts'
import { FakeHost } from './support/fake-host.ts'

let host: FakeHost
let rule: ScreenLock
let screen: (event: ScreenEvent) => void
let watching: number
let clock: ManualClock

/** What the host was asked to do with the vault, in order. */
const asked = () => host.asked.map(({ name }) => name)
const show = (vault: VaultStatus) => host.show(snapshotOf([], { vault }))

beforeEach(async () => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  host = new FakeHost(snapshotOf([], { vault: ready }))
  host.answers.set('lock', () => show(lockedByPerson))
  host.answers.set('unlock', () => show(ready))
  watching = 0
  clock = new ManualClock()
  const link = new HostLink(async () => host, clock)
  rule = new ScreenLock(link, async (listener) => {
    screen = listener
    watching += 1
    return () => {
      watching -= 1
    }
  })
  await link.start()
  await rule.follow(true)
})

afterEach(() => {
  vi.restoreAllMocks()
})

async function screenIs(...events: ScreenEvent[]): Promise<void> {
  for (const event of events) screen(event)
  await settle()
}

test('the vault is locked with the screen, once however often the desktop says so, and opened with it', async () => {
  await screenIs('locked', 'locked')
  await screenIs('locked')
  expect(asked()).toEqual(['lock'])
  await screenIs('unlocked', 'unlocked')
  expect(asked()).toEqual(['lock', 'unlock'])
  expect(host.asked[1]?.value).toEqual({})
  await screenIs('locked')
  expect(asked()).toEqual(['lock', 'unlock', 'lock'])
})

test('what a person locked stays locked', async () => {
  show(lockedByPerson)
  await screenIs('locked')
  await screenIs('unlocked')
  expect(asked()).toEqual([])
})

test('what a person opened while the screen was locked is theirs: it is neither locked again nor opened when they lock it', async () => {
  await screenIs('locked')
  show(ready)
  await settle()
  show(lockedByPerson)
  await screenIs('unlocked')
  expect(asked()).toEqual(['lock'])
})

test('a lock that logind asks for again is followed again', async () => {
  await screenIs('locked')
  show(ready)
  await screenIs('locked')
  expect(asked()).toEqual(['lock', 'lock'])
})

test('a vault with a passphrase stays locked', async () => {
  host.answers.set('lock', () => show(lockedWithPassphrase))
  await screenIs('locked')
  await screenIs('unlocked')
  expect(asked()).toEqual(['lock'])
})

test('a keychain that is locked by itself is locked in the vault as well', async () => {
  show(locked)
  await screenIs('locked')
  expect(asked()).toEqual(['lock'])
})

test('a refused lock is tried again with the next change, until the screen is open', async () => {
  host.answers.set('lock', () => {
    throw new BrokerError('vault_unavailable', 'A login could not be stored yet.')
  })
  await screenIs('locked')
  show(ready)
  await settle()
  expect(asked()).toEqual(['lock', 'lock'])
  host.answers.set('lock', () => show(lockedByPerson))
  show(ready)
  await settle()
  show(lockedByPerson)
  await settle()
  expect(asked()).toEqual(['lock', 'lock', 'lock'])
  await screenIs('unlocked')
  expect(asked().at(-1)).toBe('unlock')
})

test('a refused lock is forgotten when the screen opens', async () => {
  host.answers.set('lock', () => {
    throw new BrokerError('vault_unavailable', 'A login could not be stored yet.')
  })
  await screenIs('locked')
  await screenIs('unlocked')
  show(ready)
  await settle()
  expect(asked()).toEqual(['lock'])
})

test('a vault in memory is left alone', async () => {
  show(inMemory)
  host.answers.set('lock', () => {
    throw new BrokerError('invalid_request', 'A vault in memory cannot be locked.')
  })
  await screenIs('locked')
  show(inMemory)
  await settle()
  expect(asked()).toEqual(['lock'])
})

test('a screen that opens while the lock is under way leaves the vault open', async () => {
  let finish = () => {}
  host.answers.set('lock', async () => {
    await new Promise<void>((resolve) => {
      finish = resolve
    })
    show(lockedByPerson)
  })
  await screenIs('locked')
  await screenIs('unlocked')
  finish()
  await settle()
  expect(asked()).toEqual(['lock', 'unlock'])
})

test('a screen that locks while the unlock is under way has the vault locked', async () => {
  let finish = () => {}
  host.answers.set('unlock', async () => {
    await new Promise<void>((resolve) => {
      finish = resolve
    })
    show(ready)
  })
  await screenIs('locked')
  await screenIs('unlocked')
  await screenIs('locked')
  finish()
  await settle()
  expect(asked()).toEqual(['lock', 'unlock', 'lock'])
})

test('a host that starts again while the screen is locked is locked again', async () => {
  await screenIs('locked')
  host.end('It ended with code 1.')
  await settle()
  const first = host
  host = new FakeHost(snapshotOf([], { vault: ready }))
  host.answers.set('lock', () => show(lockedByPerson))
  host.answers.set('unlock', () => show(ready))
  await clock.advance(500)
  expect(first.asked).toHaveLength(1)
  expect(asked()).toEqual(['lock'])
  await screenIs('unlocked')
  expect(asked()).toEqual(['lock', 'unlock'])
})

test('it listens only while it is on, once, and asks nothing after that', async () => {
  await rule.follow(true)
  expect(watching).toBe(1)
  await screenIs('locked')
  await rule.follow(false)
  expect(watching).toBe(0)
  show(ready)
  await settle()
  expect(asked()).toEqual(['lock'])
})
