import { BrokerError } from '../protocol/errors.ts'
import { readHidden, readPipe, type Terminal } from './hidden-input.ts'

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
  if (fromPipe && !terminal.stdin.isTTY) {
    const text = await readPipe(terminal.stdin, longest)
    if (text === undefined) throw tooLong()
    return usable(text)
  }
  if (!terminal.stdin.isTTY) {
    throw new BrokerError('invalid_request', 'The passphrase is asked for on a terminal, and there is none here.', {
      fix: `Run \`${command}\` in a terminal, or give it the passphrase with \`--stdin\`.`,
    })
  }
  const prompts = isNew ? ['New passphrase: ', 'The same again: '] : ['Passphrase: ']
  const given = await readHidden(terminal, prompts)
  if (given === undefined) throw noPassphrase()
  const [passphrase = '', again = passphrase] = given
  if (again !== passphrase) {
    throw new BrokerError('invalid_request', 'The two are not the same. Nothing was changed.', { fix: 'Try again.' })
  }
  return usable(passphrase)
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
