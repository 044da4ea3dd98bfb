import { basename, isAbsolute } from 'node:path'
import type { Broker, Clock, Log } from '../core/index.ts'
import { tokenFileDefinitions } from '../integrations/token-files/index.ts'
import type { Surroundings } from '../integrations/tool.ts'
import { type AccountStatus, BrokerError, type TokenFile, type TokenFileRequest, type TokenFileTool } from '../protocol/index.ts'
import type { TokenFileDesk } from '../server/index.ts'
import { KeptTokenFile } from './kept-token-file.ts'
import type { TokenFileList } from './token-file-list.ts'

export interface TokenFilesContext {
  readonly broker: Broker
  readonly clock: Clock
  readonly log: Log
  readonly list: TokenFileList
  readonly surroundings: Surroundings
}

/** The files of tools in which one vault keeps a fresh access token, from one start to the next. */
export class TokenFiles implements TokenFileDesk {
  readonly #context: TokenFilesContext
  readonly #kept = new Map<TokenFileTool, KeptTokenFile>()
  #unsubscribe = () => {}

  constructor(context: TokenFilesContext) {
    this.#context = context
  }

  /** Only when the broker has begun to start, as its snapshot says nothing of the accounts before. */
  start(): void {
    const { broker, list } = this.#context
    for (const { tool, account, path } of list.read()) this.#kept.set(tool, this.#keep(tool, account, path))
    this.#unsubscribe = broker.subscribe(() => this.#look())
    this.#look()
  }

  list(): readonly TokenFile[] {
    return [...this.#kept.values()].map((kept) => kept.shown())
  }

  async put(tool: TokenFileTool, request: TokenFileRequest): Promise<TokenFile> {
    const row = this.#accountFor(tool, request.account)
    const path = this.#pathFor(tool, request.path)
    const present = this.#kept.get(tool)
    if (present?.account === row.id && present.path === path) return present.fill()
    const kept = this.#keep(tool, row.id, path)
    const shown = await kept.fill().catch(async (error: unknown) => {
      await kept.stop()
      throw error
    })
    // In the same file the new token has taken the place of the other one already.
    await (present?.path === path ? present.stop() : present?.end())
    this.#kept.set(tool, kept)
    this.#write()
    return shown
  }

  async remove(tool: TokenFileTool): Promise<readonly TokenFile[]> {
    const kept = this.#kept.get(tool)
    if (kept === undefined)
      throw new BrokerError('not_found', `No token is kept in a file of ${tokenFileDefinitions[tool].name}.`)
    await kept.end()
    this.#kept.delete(tool)
    this.#write()
    return this.list()
  }

  async stop(): Promise<void> {
    this.#unsubscribe()
    await Promise.all([...this.#kept.values()].map((kept) => kept.stop()))
  }

  #keep(tool: TokenFileTool, account: string, path: string): KeptTokenFile {
    return new KeptTokenFile(tokenFileDefinitions[tool], account, path, this.#context)
  }

  #look(): void {
    for (const kept of this.#kept.values()) kept.look()
  }

  #write(): void {
    this.#context.list.write([...this.#kept].map(([tool, { account, path }]) => ({ tool, account, path })))
  }

  #accountFor(tool: TokenFileTool, selector: string): AccountStatus {
    const { broker } = this.#context
    const { name, providers } = tokenFileDefinitions[tool]
    const id = broker.accounts.idOf(selector)
    const row = broker.snapshot().accounts.find((each) => each.id === id)
    if (row === undefined) throw new BrokerError('unknown_account', `There is no account "${selector.slice(0, 80)}".`)
    if (providers.includes(row.provider) && row.kind !== 'api_key') return row
    const what = row.kind === 'api_key' ? 'an API key' : `a login of ${row.provider_name}`
    throw new BrokerError('invalid_request', `${name} does not take ${what} from its file.`, {
      fix: `Name an account of ${providers.join(' or ')} that somebody has signed in to.`,
    })
  }

  #pathFor(tool: TokenFileTool, wanted: string | undefined): string {
    const { name, fileName, path } = tokenFileDefinitions[tool]
    const found = wanted ?? path(this.#context.surroundings)
    if (found === undefined) {
      throw new BrokerError('invalid_request', `${name} does not read its login from a file on this system.`, {
        fix: 'Run it with `tokentray exec`.',
      })
    }
    if (isAbsolute(found) && basename(found) === fileName) return found
    throw new BrokerError('invalid_request', `This is not where ${name} looks.`, {
      fix: `Give the whole path of a file ${fileName}.`,
    })
  }
}
