import { spawn } from 'node:child_process'

/** The command that opens an address in the browser of the person, by platform. */
function openCommand(platform: NodeJS.Platform): readonly [string, readonly string[]] {
  switch (platform) {
    case 'darwin':
      return ['open', []]
    case 'win32':
      return ['rundll32', ['url.dll,FileProtocolHandler']]
    default:
      return ['xdg-open', []]
  }
}

/**
 * Opens the address in a browser and answers whether a program for that was found. The address is an argument of its own and
 * never part of a shell line.
 */
export function openInBrowser(address: string, platform: NodeJS.Platform = process.platform): Promise<boolean> {
  const [command, options] = openCommand(platform)
  return new Promise((resolve) => {
    const child = spawn(command, [...options, address], { stdio: 'ignore', detached: true })
    child.once('error', () => resolve(false))
    child.once('spawn', () => {
      child.unref()
      resolve(true)
    })
  })
}

/** Whether a browser could show itself at all. */
export function hasDisplay(env: Readonly<Record<string, string | undefined>>, platform = process.platform): boolean {
  return platform !== 'linux' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY)
}
