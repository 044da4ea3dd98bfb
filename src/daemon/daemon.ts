import { startHost } from '../host/index.ts'
import { BrokerError, errorTable } from '../protocol/index.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Runs the broker on plain Node until SIGTERM or SIGINT. The ready line on standard output says that the socket answers; what
 * happens later goes to the log on standard error. Answers the exit code.
 */
export async function runDaemon(env: Environment, process: NodeJS.Process): Promise<number> {
  // Everything this process creates is for its user alone; a worker thread could not set this.
  process.umask(0o077)
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve())
  })
  try {
    const host = await Promise.race([startHost({ env, host: 'daemon' }), stopped])
    // Told to end before it was ready: the locks go with the process.
    if (host === undefined) return 0
    process.stdout.write(`tokentray: ready on ${host.facts.socket} (pid ${process.pid})\n`)
    await stopped
    if ((await host.stop()) === 'held') endBySignal(process)
    return 0
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error
    process.stderr.write(`tokentray: ${error.message}\n${error.fix === undefined ? '' : `  ${error.fix}\n`}`)
    return errorTable[error.code].exit
  }
}

/** The only way out past a keychain prompt that nobody answered; everything else has ended in order by now. */
function endBySignal(process: NodeJS.Process): void {
  process.removeAllListeners('SIGTERM')
  process.kill(process.pid, 'SIGTERM')
}
