import { BrokerError, type ClientRule, type LedgerEntry, type ToolStatus } from '../protocol/index.ts'
import type { HostLink } from './host-link.ts'

/** How many entries of the ledger are shown. */
const mostEntries = 200

/** What the person sees and decides about the tools that get tokens. Every action rejects with a BrokerError. */
export class ToolActions {
  readonly #host: HostLink
  readonly #detect: () => Promise<readonly ToolStatus[]>
  readonly #copy: (text: string) => void | Promise<void>

  /** `copy` puts a text on the clipboard. */
  constructor(host: HostLink, detect: () => Promise<readonly ToolStatus[]>, copy: (text: string) => void | Promise<void>) {
    this.#host = host
    this.#detect = detect
    this.#copy = copy
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

  tools(): Promise<readonly ToolStatus[]> {
    return this.#detect()
  }

  /** Puts what connects a tool on the clipboard. */
  async copyLines(id: string): Promise<void> {
    const tool = (await this.#detect()).find((each) => each.id === id)
    if (tool === undefined)
      throw new BrokerError('not_found', 'TokenTray does not know this tool.', { fix: 'Choose another one.' })
    await this.#copy(tool.lines)
  }
}
