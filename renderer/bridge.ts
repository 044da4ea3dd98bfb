import type { Bridge } from '../src/ipc/channels.ts'

declare global {
  interface Window {
    /** Put there by the preload script. */
    readonly tokentray: Bridge
  }
}

export const bridge: Bridge = window.tokentray
