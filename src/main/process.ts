import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { app } from 'electron'
import { homeFolder } from '../protocol/index.ts'

/** Settles what must stand before Electron is ready: file modes, the folder for everything stored, and the sandbox. */
export function setupProcess(): void {
  // Whatever this process or its worker creates is readable by its owner only, the socket included.
  process.umask(0o077)
  const userData = resolve(homeFolder(), 'app')
  // Electron refuses a folder that does not exist. It also keeps the single-instance lock there, one for each TOKENTRAY_HOME.
  mkdirSync(userData, { recursive: true, mode: 0o700 })
  app.setPath('userData', userData)
  // Every page runs in the sandbox, also one that a later change opens without asking for it. Chromium cannot start at all when
  // it is asked for both; `--no-sandbox` is for machines where nothing else works, such as a container that runs as root.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
  // A list of a few rows needs neither a graphics card nor one in software, which is 10 MB, and the app is meant to run all day.
  app.disableHardwareAcceleration()
  app.commandLine.appendSwitch('disable-software-rasterizer')
}
