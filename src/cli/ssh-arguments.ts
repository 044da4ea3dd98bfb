import { BrokerError } from '../protocol/errors.ts'
import { takeLeadingVault } from './chosen-vault.ts'

/** What is behind `tokentray ssh`, but for the options of TokenTray. */
export interface SshWish {
  /** `host`, `user@host` or a name of the person's ssh configuration. */
  readonly destination: string
  /** Options for OpenSSH, as they came. */
  readonly options: readonly string[]
}

/** A destination can be no option, and nothing that a shell would read: OpenSSH may hand it to a `ProxyCommand`. */
const destinationPattern = /^(?:[a-z0-9_][\w.+-]*@)?[a-z0-9_[][\w.:%[\]-]*$/i

/** From ssh(1): the options with a value, and those that would take the session away from the share that lives with it. */
const withValue = new Set('BbcDEeFIiJLlmopRw')
const refused = new Set('fGMNOQSsVW')

/** Reads the arguments that TokenTray does not know itself: the destination, and then options of OpenSSH. Throws `invalid_request`. */
export function readSshArguments(args: readonly string[]): SshWish {
  const [destination = '', ...options] = args
  if (!destinationPattern.test(destination)) {
    const what = destination === '' ? 'No host is named.' : `${JSON.stringify(destination.slice(0, 80))} is no host.`
    throw new BrokerError('invalid_request', what, {
      fix: 'Name the host first: `tokentray ssh user@host --account <selector> -p 2222 -- command`.',
    })
  }
  for (let at = 0; at < options.length; at += 1) {
    if (takesNext(options[at] ?? '')) at += 1
  }
  return { destination, options }
}

/** Whether the next argument is the value of this option. Throws `invalid_request` for one that cannot be passed on. */
function takesNext(option: string): boolean {
  if (!/^-[a-z0-9]/i.test(option)) {
    const what = option.startsWith('-') ? 'no option of ssh' : 'neither the host nor an option'
    throw new BrokerError('invalid_request', `${JSON.stringify(option.slice(0, 80))} is ${what}.`, {
      fix: 'Put the command behind `--`: `tokentray ssh user@host -- command`.',
    })
  }
  for (const [index, letter] of [...option].entries()) {
    if (refused.has(letter)) {
      throw new BrokerError('invalid_request', `The option -${letter} of ssh cannot be used here.`, {
        fix: 'The share lives as long as the session, so that the session has to be an ordinary one. Use `ssh` for the rest.',
      })
    }
    if (withValue.has(letter)) return index === option.length - 1
  }
  return false
}

/**
 * The arguments with what is behind `--` of `tokentray ssh` as one option. It is for the shell of the other machine, and nothing in
 * it must be taken for an option of TokenTray. The words are joined with spaces, as OpenSSH does.
 */
export function remoteCommandAsOption(argv: readonly string[]): string[] {
  const mark = argv.indexOf('--')
  if (mark < 0 || takeLeadingVault(argv).rest[0] !== 'ssh') return [...argv]
  const command = argv.slice(mark + 1).join(' ')
  // As with OpenSSH, nothing means the login shell.
  return command === '' ? argv.slice(0, mark) : [...argv.slice(0, mark), `--command=${command}`]
}

/** The client that the ledger and the policy know the share as: `ssh-` and the host, in the letters that a name may have. */
export function shareNameOf(destination: string): string {
  const host = destination.slice(destination.indexOf('@') + 1).toLowerCase()
  return `ssh-${host.replaceAll(/[^a-z0-9._-]+/g, '-')}`.slice(0, 64)
}
