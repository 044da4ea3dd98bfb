import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { rendererFile, rendererOrigin } from '../../../src/main/renderer-file.ts'
import { responseHeaders } from '../../../src/main/response-headers.ts'

const folder = join(import.meta.dirname, '../../../out/renderer')

/** Serves the built window as the app does, by the same path rule and with the same headers, to a browser of the tests. */
export async function serveWindow(): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer(async (request, response) => {
    // A browser asks for it unasked; Electron does not.
    if (request.url === '/favicon.ico') return response.writeHead(204).end()
    const file = rendererFile(`${rendererOrigin}${request.url}`, folder)
    const content = file && (await readFile(file.path).catch(() => undefined))
    if (file === undefined || content === undefined) response.writeHead(404, responseHeaders).end()
    else response.writeHead(200, { ...responseHeaders, 'content-type': file.contentType }).end(content)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/index.html`, close: () => closed(server) }
}

const closed = (server: Server) =>
  new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
