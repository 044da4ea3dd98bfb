// What a bare `electron FOLDER` starts in the test runtime: a stand-in for the default app that the official distribution carries
// and that the donor package of electron-runtime.mjs lacks. It does as much of the same as the tests need: it runs the script or
// folder named on the command line and understands -r/--require MODULE (Playwright's loader comes that way) and -v/--version.
//
// It awaits the app at top level for the reason the official one does: Electron holds back `ready` until this module has ended.
import fs from 'node:fs'
import Module from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { app } from 'electron'

const { preloads, target } = parse(process.argv.slice(1))

// The app can tell by this that it is not packaged, exactly as with the official default app.
Object.defineProperty(process, 'defaultApp', { configurable: false, enumerable: true, value: true })
if (preloads.length > 0) Module._preloadModules(preloads)

if (target === undefined) {
  console.error('usage: electron [-r module] <script|folder>')
  app.exit(64)
} else {
  try {
    await run(path.resolve(target))
  } catch (error) {
    console.error('App threw an error during load')
    console.error(error?.stack ?? error)
    app.exit(1)
  }
}

function parse(argv) {
  const preloads = []
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i]
    if (argument === '-r' || argument === '--require') preloads.push(argv[++i])
    else if (argument === '-v' || argument === '--version') {
      console.log(`v${process.versions.electron}`)
      process.exit(0)
    } else if (argument === '--') return { preloads, target: argv[i + 1] }
    else if (!argument.startsWith('-')) return { preloads, target: argument }
  }
  return { preloads, target: undefined }
}

async function run(entry) {
  if (!fs.statSync(entry).isDirectory()) return load(entry, path.dirname(entry), {})
  const manifest = JSON.parse(fs.readFileSync(path.join(entry, 'package.json'), 'utf8'))
  return load(path.join(entry, manifest.main ?? 'index.js'), entry, manifest)
}

async function load(file, appPath, manifest) {
  if (manifest.version) app.setVersion(manifest.version)
  if (manifest.productName ?? manifest.name) app.name = manifest.productName ?? manifest.name
  app.setDesktopName(manifest.desktopName ?? `${app.name}.desktop`)
  app.setPath('userData', path.join(app.getPath('appData'), app.name))
  app.setAppPath(appPath)
  if (file.endsWith('.mjs') || (manifest.type === 'module' && file.endsWith('.js'))) await import(pathToFileURL(file).href)
  else Module._load(file, Module, true)
}
