import { join } from 'node:path'

/** This module is part of `out/main/index.js`, in the packaged app below `app.asar`. */
const out = join(import.meta.dirname, '..')

export const paths = {
  hostWorker: join(out, 'main', 'host-worker.js'),
  preload: join(out, 'preload', 'index.cjs'),
  renderer: join(out, 'renderer'),
  appIcon: join(out, 'icons', 'app.png'),
  /** A file of `build/icons/tray`. */
  trayPicture: (file: string) => join(out, 'tray', file),
} as const
