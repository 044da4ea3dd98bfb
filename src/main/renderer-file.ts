import { extname, resolve, sep } from 'node:path'

/** The window's own origin. A scheme of its own, because a `file:` page may read every file of the person. */
export const rendererScheme = 'app'
export const rendererOrigin = 'app://tokentray'
export const rendererUrl = `${rendererOrigin}/index.html`

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
}

export interface RendererFile {
  readonly path: string
  readonly contentType: string
}

/** Which file of the renderer's folder a request is for; undefined for everything else, whatever its spelling. */
export function rendererFile(url: string, folder: string): RendererFile | undefined {
  if (!URL.canParse(url)) return undefined
  const { protocol, host, pathname } = new URL(url)
  if (`${protocol}//${host}` !== rendererOrigin) return undefined
  const decoded = decodedPath(pathname)
  if (decoded === undefined) return undefined
  const path = resolve(folder, `.${decoded}`)
  const contentType = types[extname(path)]
  const inside = path.startsWith(resolve(folder) + sep)
  return inside && contentType !== undefined ? { path, contentType } : undefined
}

/** Refuses what means another file to the file system than it does to the URL. */
function decodedPath(pathname: string): string | undefined {
  try {
    const decoded = decodeURIComponent(pathname)
    return /[\\\0:%]|\/\.\.?(\/|$)/.test(decoded) ? undefined : decoded
  } catch {
    return undefined
  }
}
