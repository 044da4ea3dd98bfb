// The redirect ports are fixed by the providers, so that only one test file at a time can have them. Files that need them:
// test/cli/login.test.ts, test/daemon/redirect-port.test.ts, test/daemon/busy-port.test.ts, test/daemon/raw-bytes.test.ts, test/daemon/doctor.test.ts,
// test/canary/canary.test.ts, test/clients/codex-login.test.ts;
// one test each of test/daemon/sign-in-ways.test.ts and test/daemon/source-documents.test.ts.
import { createServer, type Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** Held by the test file that has the redirect ports. */
const turnPort = 14_559

/** Waits for the other test files, and answers the function that lets the next one have its turn. */
export async function takeRedirectPorts(): Promise<() => Promise<void>> {
  const deadline = performance.now() + 170_000
  for (;;) {
    const turn = await listen(turnPort)
    if (turn !== undefined) {
      await redirectPortsAreFree()
      return () => close(turn)
    }
    if (performance.now() > deadline) throw new Error('another test file keeps the redirect ports')
    await sleep(100)
  }
}

/** Waits until nothing listens on 1455 and 1457: other programs sign in on them as well, and so do the tests of the app. */
export async function redirectPortsAreFree(patience = 60_000): Promise<void> {
  const deadline = performance.now() + patience
  for (const port of [1455, 1457]) {
    while (!(await isFree(port))) {
      if (performance.now() > deadline) throw new Error(`port ${port} is still taken`)
      await sleep(20)
    }
  }
}

/** Whether nothing listens on the port, of neither address family. */
export async function isFree(port: number): Promise<boolean> {
  for (const host of ['127.0.0.1', '::1']) {
    const server = await listen(port, host)
    if (server === undefined) return false
    await close(server)
  }
  return true
}

function listen(port: number, host = '127.0.0.1'): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((connection) => connection.destroy())
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined)
      // A machine without IPv6 has no ::1, where then nothing can listen either.
      else if (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT') resolve(createServer())
      else reject(error)
    })
    server.listen({ port, host, exclusive: true }, () => resolve(server))
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()))
}
