import { join } from 'node:path'

/** This module is part of `out/main/index.js`, in the packaged app below `app.asar`. */
const out = join(import.meta.dirname, '..')

export const paths = {
  hostWorker: join(out, 'main', 'host-worker.js'),
  preload: join(out, 'preload', 'index.cjs'),
  renderer: join(out, 'renderer'),
  /** Electron finds the `@2x` picture beside the named one by itself. */
  icon: (name: string) => join(out, 'icons', `${name}.png`),
} as const
