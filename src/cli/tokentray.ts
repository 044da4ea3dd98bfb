#!/usr/bin/env node
import { runToken } from './token-command.ts'

/**
 * The entry of the `tokentray` command. Programs run `tokentray token` very often, so that path is in this one file and loads
 * nothing but the built-in modules it needs; every other command is loaded with its libraries on demand.
 */
async function main([command, ...rest]: readonly string[]): Promise<void> {
  // Whoever reads the output may stop early, as `| head -1` does; that is no fault of this command.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  if (command === 'token') {
    const code = await runToken(rest, process.env, process)
    // Nothing is left to wait for once the token is written, and an end in order takes Node another millisecond or two.
    process.stdout.write('', () => process.exit(code))
  } else {
    if (command === 'daemon') await keepHeapSmall()
    const { runProgram } = await import('./program.ts')
    process.exitCode = await runProgram(process.argv.slice(2), process.env, process)
  }
}

/**
 * The part of the heap that V8 puts new objects in keeps its first size. A broker makes a few kilobytes for each request and keeps
 * none of them, so that it is served as fast by two megabytes as by the usual thirty-two, which are never given back. It is done
 * here because the loading of the broker is what makes them grow.
 */
async function keepHeapSmall(): Promise<void> {
  const { setFlagsFromString } = await import('node:v8')
  setFlagsFromString('--semi-space-growth-factor=1')
}

void main(process.argv.slice(2))
