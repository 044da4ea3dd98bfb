#!/usr/bin/env node
import { errorTable } from '../protocol/errors.ts'
import { takeLeadingVault } from './chosen-vault.ts'
import { runToken, type SignIn } from './token-command.ts'

/** Every other command, and the sign-in that a request for a token may wait for. */
const loadProgram = () => import('./program.ts')

/** For whoever has pressed Tab; a broker is neither needed nor started. */
async function printWords(argv: readonly string[]): Promise<void> {
  const { completeWords } = await import('./completion/complete-words.ts')
  process.stdout.write(await completeWords(argv, process.env).catch(() => ''))
}

const signIn: SignIn = async (wish) => (await loadProgram()).signInForToken(wish, process.env, process)

/**
 * The entry of the `tokentray` command. Programs run `tokentray token` very often, so that path is in this one file and loads
 * nothing but the built-in modules it needs; every other command is loaded with its libraries on demand.
 */
async function main(argv: readonly string[]): Promise<void> {
  const { vault, rest: given } = takeLeadingVault(argv)
  const [command, ...rest] = given
  process.stdout.on('error', endWithoutOutput)
  // Where nobody hears what went wrong, the exit code still tells it.
  process.stderr.on('error', () => {})
  if (command === 'token') {
    const code = await runToken(rest, process.env, process, signIn, vault)
    // Nothing is left to wait for once the token is written, and an end in order takes Node another millisecond or two.
    process.stdout.write('', (error) => {
      // A token that could not be written is dealt with above; a command that failed has written none.
      if (!error || code !== 0) process.exit(code)
    })
  } else if (command === 'complete-words') {
    await printWords(rest)
  } else {
    if (command === 'daemon') await keepHeapSmall()
    const { runProgram } = await loadProgram()
    process.exitCode = await runProgram(process.argv.slice(2), process.env, process)
  }
}

/**
 * The part of the heap that V8 puts new objects in keeps its first size. A broker makes some kilobytes for each request and keeps
 * none of them: two megabytes in place of the usual thirty-two cost a twentieth of the processor time of a request, and the
 * thirty-two would never be given back. It is done here because the loading of the broker is what makes them grow.
 */
async function keepHeapSmall(): Promise<void> {
  const { setFlagsFromString } = await import('node:v8')
  setFlagsFromString('--semi-space-growth-factor=1')
}

/** Whoever reads the output may stop early, as `| head -1` does; that is no fault of this command, and a full disk is one. */
function endWithoutOutput({ code }: NodeJS.ErrnoException): never {
  if (code === 'EPIPE') process.exit(0)
  process.stderr.write(`tokentray: The output cannot be written (${code}).\n  Send it to a place that has room.\n`)
  process.exit(errorTable.internal_error.exit)
}

void main(process.argv.slice(2))
