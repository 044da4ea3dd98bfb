#!/usr/bin/env node
import { errorTable } from '../protocol/errors.ts'
import { runToken } from './token-command.ts'

/**
 * The entry of the `tokentray` command. Programs run `tokentray token` very often, so that path is in this one file and loads
 * nothing but the built-in modules it needs; every other command is loaded with its libraries on demand.
 */
async function main([command, ...rest]: readonly string[]): Promise<void> {
  process.stdout.on('error', endWithoutOutput)
  // Where nobody hears what went wrong, the exit code still tells it.
  process.stderr.on('error', () => {})
  if (command === 'token') {
    const code = await runToken(rest, process.env, process)
    // Nothing is left to wait for once the token is written, and an end in order takes Node another millisecond or two.
    process.stdout.write('', (error) => {
      // A token that could not be written is dealt with above; a command that failed has written none.
      if (!error || code !== 0) process.exit(code)
    })
  } else {
    const { runProgram } = await import('./program.ts')
    process.exitCode = await runProgram(process.argv.slice(2), process.env, process)
  }
}

/** Whoever reads the output may stop early, as `| head -1` does; that is no fault of this command, and a full disk is one. */
function endWithoutOutput({ code }: NodeJS.ErrnoException): never {
  if (code === 'EPIPE') process.exit(0)
  process.stderr.write(`tokentray: The output cannot be written (${code}).\n  Send it to a place that has room.\n`)
  process.exit(errorTable.internal_error.exit)
}

void main(process.argv.slice(2))
