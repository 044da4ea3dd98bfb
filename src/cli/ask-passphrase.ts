import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { BrokerError } from '../protocol/errors.ts'

export interface Terminal {
  readonly stdin: NodeJS.ReadStream
  readonly stderr: NodeJS.WriteStream
  /** Ends this process as Ctrl-C does, once the terminal is as it was. */
  interrupt(): void
}

/** As many as the broker takes. Characters. */
const longest = 1_024

/**
 * The new passphrase or the known one: typed twice or once on the terminal, which shows nothing of it, or read from the pipe of
 * `--stdin`. Never from an argument or a variable, because other programs can see those. `command` is named in the advice.
 */
export async function askPassphrase(
  terminal: Terminal,
  { isNew, fromPipe, command }: { readonly isNew: boolean; readonly fromPipe: boolean; readonly command: string },
): Promise<string> {
  if (fromPipe && !terminal.stdin.isTTY) return readPipe(terminal.stdin)
  if (!terminal.stdin.isTTY) {
    throw new BrokerError('invalid_request', 'The passphrase is asked for on a terminal, and there is none here.', {
      fix: `Run \`${command}\` in a terminal, or give it the passphrase with \`--stdin\`.`,
    })
  }
  const prompts = isNew ? ['New passphrase: ', 'The same again: '] : ['Passphrase: ']
  const [passphrase = '', again = passphrase] = await readHidden(terminal, prompts)
  if (again !== passphrase) {
    throw new BrokerError('invalid_request', 'The two are not the same. Nothing was changed.', { fix: 'Try again.' })
  }
  return usable(passphrase)
}

/** One trailing line break is not a part of it, as in the file of TOKENTRAY_PASSPHRASE_FILE. */
async function readPipe(stdin: NodeJS.ReadStream): Promise<string> {
  let text = ''
  for await (const chunk of stdin.setEncoding('utf8')) {
    text += chunk
    // A line break may follow.
    if (text.length > longest + 2) throw tooLong()
  }
  return usable(text.replace(/\r?\n$/, ''))
}

/** One line per prompt. readline edits the line, and what it would show of it goes nowhere. */
function readHidden({ stdin, stderr, interrupt }: Terminal, prompts: readonly string[]): Promise<readonly string[]> {
  const output = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: stdin, output, terminal: true, historySize: 0 })
  const given: string[] = []
  stderr.write(prompts[0] ?? '')
  return new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      given.push(line)
      stderr.write(`\n${prompts[given.length] ?? ''}`)
      if (given.length === prompts.length) lines.close()
    })
    lines.once('SIGINT', () => {
      // Closing gives the terminal its echo back; the promise stays open, because the process ends here.
      lines.removeAllListeners('close').close()
      stderr.write('\n')
      interrupt()
    })
    lines.once('close', () => {
      if (given.length === prompts.length) return resolve(given)
      stderr.write('\n')
      reject(noPassphrase())
    })
  })
}

function usable(passphrase: string): string {
  if (passphrase === '') throw noPassphrase()
  if (passphrase.length > longest) throw tooLong()
  return passphrase
}

const noPassphrase = () => new BrokerError('invalid_request', 'No passphrase was given.', { fix: 'Nothing was changed.' })

const tooLong = () =>
  new BrokerError('invalid_request', `That is too long for a passphrase: it has ${longest} characters at most.`, {
    fix: 'Nothing was changed. Use a shorter one.',
  })
