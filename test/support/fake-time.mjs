// libfaketime, preloaded into a process, shifts the clock of that process alone.
import fs from 'node:fs'
import path from 'node:path'

/** The library of Debian's package, or undefined. It is in a folder that is named after the machine's architecture. */
export function fakeTimeLibrary() {
  const folders = ['/usr/lib', ...list('/usr/lib').map((name) => `/usr/lib/${name}`), '/usr/lib64', '/usr/local/lib']
  return folders.map((folder) => path.join(folder, 'faketime/libfaketime.so.1')).find((file) => fs.existsSync(file))
}

function list(folder) {
  return fs.existsSync(folder) ? fs.readdirSync(folder).filter((name) => name.includes('-linux-')) : []
}
