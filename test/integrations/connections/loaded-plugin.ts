// The plugin for OpenCode as OpenCode loads it: from its file, with every export called, and with settings that it may change.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type OpenCodePluginOptions, openCodePlugin } from '../../../src/integrations/connections/opencode-plugin.ts'

export interface ProviderOptions {
  readonly apiKey?: string
  readonly baseURL?: string
  readonly fetch?: typeof globalThis.fetch
  readonly [name: string]: unknown
}
export type Settings = { provider?: Record<string, { options?: ProviderOptions }>; [name: string]: unknown }
type Models = Readonly<Record<string, { readonly api?: { readonly id: string }; readonly cost?: unknown }>>

interface Hooks {
  readonly config: (settings: Settings) => Promise<void>
  readonly provider?: { readonly id: string; readonly models: (provider: { readonly models: Models }) => Promise<Models> }
}

export interface LoadedPlugin {
  readonly hooks: readonly Hooks[]
  /** What it wrote to the log of OpenCode. */
  readonly logged: readonly string[]
  /** The settings after all hooks have seen them. */
  configure(settings?: Settings): Promise<Settings>
  /** The fetch of a provider. */
  fetchOf(provider: string): Promise<typeof globalThis.fetch>
}

export async function withPlugin(options: OpenCodePluginOptions, body: (plugin: LoadedPlugin) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tt-plugin-'))
  try {
    const file = join(folder, 'tokentray.mjs')
    await writeFile(file, openCodePlugin(options))
    const logged: string[] = []
    const log = async (entry: { body: { message: string } }) => void logged.push(entry.body.message)
    const plugins: Readonly<Record<string, (input: object) => Promise<Hooks>>> = await import(pathToFileURL(file).href)
    const hooks = await Promise.all(Object.values(plugins).map((plugin) => plugin({ client: { app: { log } } })))
    const configure = async (settings: Settings = {}) => {
      for (const { config } of hooks) await config(settings)
      return settings
    }
    const fetchOf = async (provider: string) => {
      const fetch = (await configure()).provider?.[provider]?.options?.fetch
      if (fetch === undefined) throw new Error(`no fetch for ${provider}`)
      return fetch
    }
    await body({ hooks, logged, configure, fetchOf })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
