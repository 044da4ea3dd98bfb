// The little of D-Bus that both the keyring and the tray tests need.
import dbus from 'dbus-next'

/** Environment for a child process. `HOME`, the XDG folders and `DBUS_SESSION_BUS_ADDRESS` point into the session. */
export type SessionEnvironment = Readonly<Record<string, string | undefined>>

/** Who is called, and over which connection. */
export interface BusPeer {
  readonly bus: dbus.MessageBus
  readonly destination: string
}

/** Connects to the bus of a session; the caller disconnects. */
export function connectToBus(env: SessionEnvironment): dbus.MessageBus {
  const busAddress = env.DBUS_SESSION_BUS_ADDRESS
  if (!busAddress) throw new Error('no session bus in this environment: run the test through test/run.mjs or withKeyring()')
  const bus = dbus.sessionBus({ busAddress })
  // Without a listener, a bus that goes away at the end of a session would end the test process.
  bus.on('error', () => undefined)
  return bus
}

/** Calls a method by its full D-Bus address and returns what it answers, still in variants. */
export async function callBus(
  { bus, destination }: BusPeer,
  path: string,
  iface: string,
  member: string,
  signature: string,
  body: unknown[],
): Promise<unknown[]> {
  const reply = await bus.call(new dbus.Message({ destination, path, interface: iface, member, signature, body }))
  return reply?.body ?? []
}
