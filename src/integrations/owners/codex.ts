import { delimiter } from 'node:path'
import { z } from 'zod'
import { BrokerError } from '../../protocol/errors.ts'
import type { FileReaders } from '../file-readers.ts'
import { findProgram, programFolders } from '../program-folders.ts'
import type { Surroundings } from '../tool.ts'
import { LineFaultError, LineProcess } from './line-process.ts'
import { codexOwner } from './owner.ts'

/** How long things may take. Milliseconds. */
export interface OwnerPatience {
  /** The start of the program with its first answer. */
  readonly start: number
  /** An answer, which may need a refresh at the provider. */
  readonly answer: number
  /** How long the program is kept although nobody asks. */
  readonly idle: number
}

const usual: OwnerPatience = { start: 15_000, answer: 25_000, idle: 30_000 }

const { name, signIn } = codexOwner

/** What `getAuthStatus` answers. Of the methods, `chatgpt` alone is a login that Codex itself keeps fresh. */
const authStatus = z.object({ authMethod: z.string().nullish(), authToken: z.string().nullish() })

/** An access token as it may stand in a header. */
const token = z.string().regex(/^[\x21-\x7e]{1,16384}$/)

/** JSON-RPC 2.0 section 5.1: the method does not exist, or the request makes no sense to the program. */
const unknownMethod: readonly number[] = [-32_601, -32_600]

/**
 * The Codex CLI as the owner of its login. `codex app-server` is started when somebody wants a token, and ended when nobody has for a
 * while. It reads and writes `auth.json` and takes its own locks; nothing here looks at that file.
 */
export class CodexTokens {
  readonly #surroundings: Surroundings
  readonly #readers: FileReaders
  readonly #patience: OwnerPatience
  #server: Promise<LineProcess> | undefined
  #renewing: Promise<string> | undefined
  #idle: NodeJS.Timeout | undefined
  #asking = 0

  constructor(surroundings: Surroundings, readers: FileReaders, patience: OwnerPatience = usual) {
    this.#surroundings = surroundings
    this.#readers = readers
    this.#patience = patience
  }

  /** The access token; with `renew`, Codex refreshes first, once for all who ask meanwhile. Throws like `TokenOwner.token`. */
  token(renew: boolean): Promise<string> {
    if (!renew) return this.#ask(false)
    this.#renewing ??= this.#ask(true).finally(() => {
      this.#renewing = undefined
    })
    return this.#renewing
  }

  /** Ends the program, if it runs. */
  async stop(): Promise<void> {
    clearTimeout(this.#idle)
    const server = this.#server
    this.#server = undefined
    await (await server?.catch(() => undefined))?.end()
  }

  async #ask(renew: boolean): Promise<string> {
    clearTimeout(this.#idle)
    this.#asking += 1
    try {
      const server = await this.#running()
      const params = { includeToken: true, refreshToken: renew }
      return tokenOf(await server.ask('getAuthStatus', params, this.#patience.answer))
    } catch (error) {
      // Also when nobody is signed in: a Codex that runs does not see a sign-in of another one.
      void this.stop()
      throw error instanceof LineFaultError ? explained(error) : error
    } finally {
      this.#asking -= 1
      if (this.#asking === 0) this.#idle = setTimeout(() => void this.stop(), this.#patience.idle).unref()
    }
  }

  async #running(): Promise<LineProcess> {
    const server = this.#server
    const present = await server?.catch(() => undefined)
    if (present?.isOfUse) return present
    // Whoever comes while it starts waits for the same one.
    if (this.#server === server || this.#server === undefined) this.#server = this.#start()
    return this.#server
  }

  async #start(): Promise<LineProcess> {
    const file = await findProgram('codex', this.#surroundings, this.#readers)
    if (file === undefined) {
      throw new BrokerError('owner_unavailable', `${name} is not installed, or not where commands are looked for.`, {
        fix: 'Install it, or forget the account with `tokentray logout`.',
      })
    }
    // Where Codex takes its tokens from TokenTray, it has to be asked for those of its own login all the same.
    const args = ['-c', 'model_provider="openai"', 'app-server']
    const server = new LineProcess({ file, args, env: environmentOf(this.#surroundings), folder: this.#surroundings.home })
    try {
      const clientInfo = { name: 'tokentray', title: 'TokenTray', version: '1' }
      await server.ask('initialize', { clientInfo }, this.#patience.start)
      server.tell('initialized')
      return server
    } catch (error) {
      void server.end()
      throw error
    }
  }
}

/**
 * Its own environment but for what is meant for TokenTray, among which there may be the name of the file with the passphrase. An app that
 * was started from a desktop has a short PATH, on which the interpreter of the program may not be.
 */
function environmentOf(surroundings: Surroundings): Record<string, string | undefined> {
  const own = Object.entries(surroundings.env).filter(([variable]) => !variable.startsWith('TOKENTRAY_'))
  const path = surroundings.platform === 'win32' ? {} : { PATH: programFolders(surroundings).join(delimiter) }
  return { ...Object.fromEntries(own), ...path }
}

function tokenOf(answer: unknown): string {
  const status = authStatus.safeParse(answer).data
  if (status === undefined) throw explained(new LineFaultError({ kind: 'senseless' }))
  const { authMethod, authToken } = status
  if (!authMethod || !authToken) {
    throw new BrokerError('reauthorization_required', `Nobody is signed in to ${name}, or its login has ended.`, {
      fix: `Run \`${signIn}\`.`,
    })
  }
  if (authMethod !== 'chatgpt') {
    throw new BrokerError(
      'reauthorization_required',
      `${name} has no login of its own: it is used with ${methodName(authMethod)}.`,
      {
        fix: `Run \`${signIn}\`, and choose to sign in with ChatGPT.`,
      },
    )
  }
  const parsed = token.safeParse(authToken)
  if (parsed.success) return parsed.data
  throw explained(new LineFaultError({ kind: 'senseless' }))
}

const methodName = (method: string): string => (method === 'apikey' ? 'an API key' : 'tokens of another program')

function explained({ fault }: LineFaultError): BrokerError {
  const update = `Update ${name}, and see whether \`codex app-server\` starts.`
  switch (fault.kind) {
    case 'not_started':
      return new BrokerError('owner_unavailable', `${name} could not be started.`, { fix: update })
    case 'late':
      return new BrokerError('owner_unavailable', `${name} did not answer in time.`, {
        fix: 'See whether it works by itself: `codex login status`. Then try again.',
      })
    case 'senseless':
      return new BrokerError('owner_unavailable', `${name} answered what makes no sense.`, { fix: update })
    case 'stopped':
      return new BrokerError('temporarily_unavailable', `${name} was ended while it was asked.`, { retryAfter: 1 })
    case 'ended':
      return new BrokerError(
        'owner_unavailable',
        `${name} ended without an answer${fault.code === undefined ? '' : ` (exit code ${fault.code})`}.`,
        { fix: update },
      )
    case 'refused':
      return unknownMethod.includes(fault.number)
        ? new BrokerError('owner_unavailable', `${name} is too old, or too new, to be asked for its token.`, { fix: update })
        : new BrokerError('owner_unavailable', `${name} refused to give its token.`, { fix: update })
  }
}
