import { contextBridge, ipcRenderer } from 'electron'
import { type Bridge, channels, eventChannels } from '../ipc/channels.ts'

/** The window reaches main over the channels of the map and no other; Electron's own objects stay on this side. */
const bridge: Bridge = {
  invoke(channel, ask) {
    if (!channels.includes(channel)) return Promise.reject(new TypeError('There is no such channel.'))
    return ipcRenderer.invoke(channel, ask)
  },
  on(channel, listener) {
    if (!eventChannels.includes(channel)) throw new TypeError('There is no such channel.')
    // The event object holds the sender, which must not reach the page.
    const forward = (_event: unknown, value: Parameters<typeof listener>[0]) => listener(value)
    ipcRenderer.on(channel, forward)
    return () => {
      ipcRenderer.removeListener(channel, forward)
    }
  },
}

contextBridge.exposeInMainWorld('tokentray', bridge)
