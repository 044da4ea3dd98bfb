import { powerMonitor } from 'electron'
import { systemClock } from '../core/clock.ts'
import { watchScreenBus } from './screen-bus.ts'
import type { WatchScreen } from './screen-lock.ts'

/** How this system tells that the screen locks. Electron knows on macOS and Windows; on Linux the desktop says it on D-Bus. */
export function watchScreen(platform: NodeJS.Platform): WatchScreen {
  if (platform === 'linux') return (listener) => watchScreenBus({ listener, env: process.env, clock: systemClock })
  return async (listener) => {
    const locked = () => listener('locked')
    const unlocked = () => listener('unlocked')
    powerMonitor.on('lock-screen', locked)
    powerMonitor.on('unlock-screen', unlocked)
    return () => {
      powerMonitor.off('lock-screen', locked)
      powerMonitor.off('unlock-screen', unlocked)
    }
  }
}
