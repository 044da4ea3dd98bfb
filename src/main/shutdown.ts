import { app } from 'electron'
import type { HostLink } from './host-link.ts'
import { log } from './log.ts'

/** How long writes under way may take before the app ends anyway. Milliseconds. */
const limit = 5_000

/** What a terminal, a session manager and an administrator send. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** How long what else has to end may take besides the host. Milliseconds. */
const lastPatience = 500

/**
 * Every end goes through `will-quit`: Quit, a signal, the end of the session. It waits for the host, so that a rotated refresh
 * token on its way to the disk is not lost. Closing the last window is not an end. `lastly` is begun first, and is not waited for long.
 */
export function setupShutdown(host: HostLink, lastly: () => Promise<void>): void {
  app.on('window-all-closed', () => {})
  // Electron handles signals itself until some module of ours listens for one: the settings library ends the process on the
  // spot then. A listener that stays, as this one, gets the signal again when another listener sends it on.
  for (const signal of signals) process.on(signal, () => app.quit())
  let ending = false
  app.on('will-quit', (event) => {
    event.preventDefault()
    if (!ending) void endAfter(host, lastly)
    ending = true
  })
}

async function endAfter(host: HostLink, lastly: () => Promise<void>): Promise<void> {
  const rest = Promise.race([lastly(), new Promise((resolve) => setTimeout(resolve, lastPatience))])
  const late = setTimeout(() => {
    log('the broker did not end in time.')
    app.exit(1)
  }, limit)
  const how = await host.stop().catch(() => log('the broker did not end cleanly.'))
  await rest
  clearTimeout(late)
  if (how === 'held') endBySignal()
  else app.exit(0)
}

/** The only way out past a keychain prompt that nobody answered: it holds a thread that `exit` would wait for. */
function endBySignal(): void {
  process.removeAllListeners('SIGTERM')
  process.kill(process.pid, 'SIGTERM')
}
