import { net, powerMonitor } from 'electron'
import type { HostLink } from './host-link.ts'

/** How often the network is looked at while an account waits for it. Milliseconds. */
const lookEvery = 5_000

/**
 * Tells the host that what failed before may work now. Electron reports the end of a suspension but not the return of the
 * network, so that this is looked at, and only while something waits for it: an app at rest should not wake the processor.
 */
export function setupWake(host: HostLink): void {
  const wake = () => void host.wake('program').catch(() => {})
  powerMonitor.on('resume', wake)
  powerMonitor.on('unlock-screen', wake)
  let online = true
  let looking: NodeJS.Timeout | undefined
  const look = () => {
    const now = net.isOnline()
    if (now && !online) wake()
    online = now
  }
  host.onChange(() => {
    const waiting = host.snapshot()?.accounts.some((row) => row.state.kind === 'backing_off') ?? false
    if (waiting && looking === undefined) {
      online = net.isOnline()
      looking = setInterval(look, lookEvery)
    } else if (!waiting) {
      clearInterval(looking)
      looking = undefined
    }
  })
}
