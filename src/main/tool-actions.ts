import type { Asks } from '../ipc/asks.ts'
import type { Answers, ShownShare } from '../ipc/channels.ts'
import type { ClientRule, LedgerEntry, Share, TokenFile, ToolStatus } from '../protocol/index.ts'
import type { HostLink } from './host-link.ts'
import type { ToolConnections } from './tool-connections.ts'

/** How many entries of the ledger are shown. */
const mostEntries = 200

/** What the person sees and decides about the tools that get tokens. Every action rejects with a BrokerError. */
export class ToolActions {
  readonly #host: HostLink
  readonly #connections: () => Promise<ToolConnections>

  /** `connections` is asked for with each question, as what edits the files of tools is loaded with the first one. */
  constructor(host: HostLink, connections: () => Promise<ToolConnections>) {
    this.#host = host
    this.#connections = connections
  }

  async rules(): Promise<readonly ClientRule[]> {
    return (await this.#host.ask('policy', undefined)).rules
  }

  async removeRule(client: string): Promise<readonly ClientRule[]> {
    return (await this.#host.ask('remove_rule', { client })).rules
  }

  activity(): Promise<readonly LedgerEntry[]> {
    return this.#host.ask('ledger', { limit: mostEntries })
  }

  async shares(): Promise<readonly ShownShare[]> {
    return (await this.#host.ask('shares', undefined)).map(withoutSocket)
  }

  async endShare(id: string): Promise<readonly ShownShare[]> {
    return (await this.#host.ask('end_share', { id })).map(withoutSocket)
  }

  async tools(): Promise<readonly ToolStatus[]> {
    return (await this.#connections()).list()
  }

  async tokenFiles(): Promise<readonly TokenFile[]> {
    return (await this.#connections()).tokenFiles()
  }

  async plan(ask: Asks['tool:plan']): Promise<Answers['tool:plan']> {
    return (await this.#connections()).plan(ask)
  }

  async connect(ask: Asks['tool:connect']): Promise<readonly ToolStatus[]> {
    return (await this.#connections()).connect(ask)
  }

  async planDisconnection(tool: string): Promise<Answers['tool:plan-disconnect']> {
    return (await this.#connections()).planDisconnection(tool)
  }

  async disconnect(tool: string): Promise<Answers['tool:disconnect']> {
    return (await this.#connections()).disconnect(tool)
  }
}

const withoutSocket = ({ socket: _, ...share }: Share): ShownShare => share
