// Device authorizations (RFC 8628), and how often a client may ask for the answer.
import { randomInt } from 'node:crypto'
import { fault } from './answer.ts'
import type { ProviderName } from './grants.ts'
import type { Person } from './person.ts'
import { randomSecret } from './random.ts'
import type { DoubleRecord } from './record.ts'

export interface DeviceCode {
  readonly provider: ProviderName
  readonly handle: string
  readonly userCode: string
  /** Seconds. */
  readonly interval: number
}

/** What a poll learns. `interval` is how many seconds apart the polls have to be from now on. */
export type DevicePoll =
  | { readonly kind: 'pending' | 'denied' | 'expired' | 'used' }
  | { readonly kind: 'slow_down'; readonly interval: number }
  | { readonly kind: 'approved'; readonly person: Person }

interface Device extends DeviceCode {
  interval: number
  state: 'pending' | 'approved' | 'denied' | 'expired' | 'used'
  person: Person | undefined
  lastPoll: number
  slowDown: boolean
}

/** Timers of both sides are this inexact. Milliseconds. */
const tolerance = 25

/** RFC 8628 section 3.5, seconds. */
const slowDownBy = 5

/** Without vowels and without what looks like something else. */
const letters = 'BCDFGHJKLMNPQRSTVWXZ'

export class Devices {
  readonly #record: DoubleRecord
  readonly #interval: number
  readonly #devices: Device[] = []

  /** `interval` in seconds. */
  constructor(record: DoubleRecord, interval: number) {
    this.#record = record
    this.#interval = interval
  }

  start(provider: ProviderName): DeviceCode {
    const block = () => Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join('')
    const device: Device = {
      provider,
      handle: randomSecret(),
      userCode: `${block()}-${block()}`,
      interval: this.#interval,
      state: 'pending',
      person: undefined,
      lastPoll: 0,
      slowDown: false,
    }
    this.#devices.push(device)
    return device
  }

  approve(userCode: string, person: Person): void {
    Object.assign(this.#pending(userCode), { state: 'approved', person })
  }

  deny(userCode: string): void {
    this.#pending(userCode).state = 'denied'
  }

  expire(userCode: string): void {
    this.#pending(userCode).state = 'expired'
  }

  /** The next poll is told to slow down, and those after it have to. */
  slowDown(userCode: string): void {
    this.#pending(userCode).slowDown = true
  }

  /** Throws a fault for a handle that this provider did not issue; a poll that comes too early is recorded and slowed down. */
  poll(provider: ProviderName, handle: string, userCode?: string): DevicePoll {
    const device = this.#devices.find((each) => each.handle === handle)
    if (device === undefined || device.provider !== provider) throw fault(`${provider}: nobody issued this device code.`)
    if (userCode !== undefined && userCode !== device.userCode) throw fault(`${provider}: the user code is another one.`)
    const now = Date.now()
    const early = device.lastPoll + device.interval * 1000 - tolerance > now
    if (early) this.#record.faults.push(`${provider}: a poll came ${now - device.lastPoll} ms after the one before.`)
    device.lastPoll = now
    if (early || device.slowDown) {
      device.slowDown = false
      device.interval += slowDownBy
      return { kind: 'slow_down', interval: device.interval }
    }
    if (device.state !== 'approved' || device.person === undefined)
      return { kind: device.state === 'approved' ? 'used' : device.state }
    device.state = 'used'
    return { kind: 'approved', person: device.person }
  }

  #pending(userCode: string): Device {
    const device = this.#devices.find((each) => each.userCode === userCode)
    if (device?.state !== 'pending') throw new Error(`No device waits for ${userCode}.`)
    return device
  }
}
