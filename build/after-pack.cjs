// Runs after electron-builder has laid out the app and before the fuses are set and anything is signed.
const fs = require('node:fs')
const path = require('node:path')
const { Arch } = require('electron-builder')

/** Files that only the development runtime has: its own default app, and the note of where it was taken from. */
const DEVELOPMENT_ONLY = ['resources/default_app.asar', 'SOURCE']

module.exports = ({ appOutDir, arch, electronPlatformName, packager }) => {
  for (const file of DEVELOPMENT_ONLY) fs.rmSync(path.join(appOutDir, file), { force: true })

  // Without its binary the app would start and then find no keychain on anybody's machine, which no build step notices.
  const resources = packager.getResourcesDir(appOutDir)
  const target = `${electronPlatformName}-${Arch[arch]}`
  const binary = path.join(resources, 'app.asar.unpacked/node_modules/keytar/prebuilds', target, 'keytar.node')
  if (!fs.existsSync(binary)) throw new Error(`the package lacks keytar's binary for ${target}: ${binary}`)
  const others = fs.readdirSync(path.dirname(path.dirname(binary))).filter((name) => name !== target)
  if (others.length > 0) throw new Error(`the package carries keytar's binaries for other platforms: ${others.join(', ')}`)
}
