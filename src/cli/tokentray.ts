#!/usr/bin/env node
/**
 * The entry of the `tokentray` command. Programs run `tokentray token` very often, so that path loads nothing but the built-in
 * modules it needs; every other command is loaded with its libraries on demand.
 */
const [command, ...rest] = process.argv.slice(2)

// Whoever reads the output may stop early, as `| head -1` does; that is no fault of this command.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

if (command === 'token') {
  const { runToken } = await import('./token-command.ts')
  process.exitCode = await runToken(rest, process.env, process)
} else {
  const { runProgram } = await import('./program.ts')
  process.exitCode = await runProgram(process.argv.slice(2), process.env, process)
}

export {}
