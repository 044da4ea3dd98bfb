import { readFile } from 'node:fs/promises'
import { protocol, type Session } from 'electron'
import { paths } from './paths.ts'
import { rendererFile, rendererScheme } from './renderer-file.ts'
import { responseHeaders } from './response-headers.ts'

/** Must run before Electron is ready. `standard` gives the pages an origin, `secure` makes them a secure context. */
export function setupScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: rendererScheme, privileges: { standard: true, secure: true } }])
}

/** Serves the window's files to the window's session; every other session knows no such scheme. */
export function serveRenderer(session: Session): void {
  session.protocol.handle(rendererScheme, async (request) => {
    const file = request.method === 'GET' ? rendererFile(request.url, paths.renderer) : undefined
    const content = file && (await readFile(file.path).catch(() => undefined))
    if (file === undefined || content === undefined) return new Response(null, { status: 404, headers: responseHeaders })
    return new Response(new Uint8Array(content), { headers: { ...responseHeaders, 'content-type': file.contentType } })
  })
}
