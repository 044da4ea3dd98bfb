import type { BrokerSnapshot } from '../src/protocol/index.ts'
import { kept } from './kept.ts'
import { language, words } from './language.ts'
import { unfolded } from './page.ts'
import { requestReply } from './requests.ts'
import { providerOf, setNote, setProblem } from './store.ts'

export const toolsPlace = 'tools'

export const tools = kept(toolsPlace, 'tools:get')

/** A token file belongs to the row of its tool; one that cannot be told of is no failure of the tools. */
export const tokenFiles = kept('token files', 'token-files:get')

/** Where what is asked of a tool is shown. */
export const toolPlace = (id: string): string => `tool ${id}`

/** What the person says of how a tool is to be connected. */
export interface Wish {
  /** A selector. */
  readonly account?: string
  readonly follow?: boolean
}

export async function connect(tool: string, name: string, wish: Wish): Promise<void> {
  const place = toolPlace(tool)
  const reply = await requestReply(place, 'tool:connect', { tool, ...wish })
  if (!reply.ok) return setProblem(place, reply.problem)
  tools.put(reply.value)
  tokenFiles.read()
  fold(tool)
  setNote(place, { words: words().tools.connected(name), tone: 'good' })
}

export async function disconnect(tool: string): Promise<void> {
  const place = toolPlace(tool)
  const reply = await requestReply(place, 'tool:disconnect', { tool })
  if (!reply.ok) {
    setProblem(place, reply.problem)
    // Of several files some may be done, or the command was quicker.
    return tools.read()
  }
  const { tools: next, restored, left } = reply.value
  tools.put(next)
  tokenFiles.read()
  fold(tool)
  const say = words().tools
  const said = restored ? say.restored : left ? say.left : say.cleaned
  setNote(place, { words: said, tone: left ? 'advice' : 'good' })
}

/** The person may have gone on to another tool meanwhile. */
function fold(tool: string): void {
  if (unfolded.value?.kind === 'tool' && unfolded.value.tool === tool) unfolded.value = undefined
}

/** The logins of a selector, or of several with a space between them, by the names of their providers and their labels. */
export function loginWords(selectors: string, snapshot: BrokerSnapshot | undefined): string {
  const names = selectors.split(' ').map((selector) => {
    const [provider = '', label] = selector.split(':')
    const row = snapshot?.accounts.find((each) => each.provider === provider)
    const name = row?.provider_name ?? providerOf(provider)?.name ?? provider
    return isKind(provider, label, snapshot) ? kindWords(name, label) : `${name} (${label})`
  })
  return new Intl.ListFormat(language.value.locale, { type: 'unit' }).format(names)
}

/** Whether a label names the kind of an account, and no account by its own label. */
const isKind = (provider: string, label: string | undefined, snapshot: BrokerSnapshot | undefined): boolean =>
  label === undefined ||
  (/^(?:login|key)$/.test(label) && !snapshot?.accounts.some((row) => row.provider === provider && row.label === label))

const kindWords = (name: string, label: string | undefined): string =>
  label === 'key' ? `${name} (${words().accounts.apiKey})` : name
