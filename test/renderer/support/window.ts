import { test as base, expect, type Page } from '@playwright/test'
import type { Asks } from '../../../src/ipc/asks.ts'
import type { Answers, Channel, Intent, Problem, Reply, View } from '../../../src/ipc/channels.ts'
import { disconnectPlan, ledger, nothingFound, plan, rules, settingsView, toolList } from './pages.ts'
import { everyProvider } from './providers.ts'
import { noon } from './snapshots.ts'
import { serveWindow } from './window-server.ts'

/** One question that the window put to main. */
export interface Asked {
  readonly channel: Channel
  readonly ask: unknown
}

interface FakeBridge {
  asked: Asked[]
  violations: string[]
  replies: Partial<Record<Channel, unknown>>
  emit(channel: string, value: unknown): void
}

declare global {
  interface Window {
    fake: FakeBridge
  }
}

/** What main tells as long as a test has it say nothing else. */
const told: Partial<{ readonly [Name in Channel]: Answers[Name] }> = {
  'providers:get': everyProvider,
  'activity:get': ledger,
  'rules:get': rules,
  'tools:get': toolList,
  'token-files:get': [],
  'shares:get': [],
  'tool:plan': plan,
  'tool:connect': toolList,
  'tool:plan-disconnect': disconnectPlan,
  'moved:get': [],
  'radar:get': nothingFound,
  'settings:get': settingsView,
}

/** The window in a browser, with a stand-in for main behind its bridge. */
export class TestWindow {
  readonly page: Page
  readonly #url: string

  constructor(page: Page, url: string) {
    this.page = page
    this.#url = url
  }

  /** Opens the window with what main would answer. The wall clock stands at `noon` until a test moves it; timers run. */
  async open(view: View, intent?: Intent): Promise<void> {
    await this.passed(0)
    await this.page.addInitScript(installFakeBridge, { view, intent, told })
    await this.page.goto(this.#url)
    await expect(this.page.getByRole('heading', { name: 'TokenTray' })).toBeVisible()
  }

  /** Puts the wall clock to so many seconds after `noon`; the countdowns follow within a second. */
  async passed(seconds: number): Promise<void> {
    await this.page.clock.setFixedTime((noon + seconds) * 1000)
  }

  /** Main tells of a new state. */
  async show(view: View): Promise<void> {
    await this.page.evaluate((next) => window.fake.emit('view:changed', next), view)
  }

  /** The person chose something in the tray menu while the window is open. */
  async choose(intent: Intent): Promise<void> {
    await this.page.evaluate((chosen) => {
      window.fake.replies['intent:take'] = { ok: true, value: chosen }
      window.fake.emit('intent:waiting', undefined)
    }, intent)
  }

  async reply(channel: Channel, reply: Reply<unknown>): Promise<void> {
    await this.page.evaluate(([name, value]) => Object.assign(window.fake.replies, { [name]: value }), [channel, reply] as const)
  }

  async fail(channel: Channel, problem: Problem): Promise<void> {
    await this.reply(channel, { ok: false, problem })
  }

  /** What the window asked on `channel`, in order. */
  async asked<Name extends Channel>(channel: Name): Promise<Asks[Name][]> {
    const all = await this.page.evaluate(() => window.fake.asked)
    return all.filter((one) => one.channel === channel).map((one) => one.ask as Asks[Name])
  }

  violations(): Promise<string[]> {
    return this.page.evaluate(() => window.fake.violations)
  }
}

interface Beginning {
  readonly view: View
  readonly intent: Intent | undefined
  /** What main tells when it is asked, by channel. */
  readonly told: Partial<Record<Channel, unknown>>
}

/** Runs in the page, before its own script. */
function installFakeBridge({ view, intent, told }: Beginning): void {
  const listeners = new Map<string, Set<(value: unknown) => void>>()
  const fake: FakeBridge = {
    asked: [],
    violations: [],
    replies: {
      'view:get': { ok: true, value: view },
      'intent:take': { ok: true, value: intent },
      ...Object.fromEntries(Object.entries(told).map(([channel, value]) => [channel, { ok: true, value }])),
    },
    emit: (channel, value) => {
      for (const listener of listeners.get(channel) ?? []) listener(value)
    },
  }
  document.addEventListener('securitypolicyviolation', (event) => {
    fake.violations.push(`${event.violatedDirective} ${event.blockedURI}`)
  })
  const bridge = {
    invoke: (channel: Channel, ask: unknown) => {
      fake.asked.push({ channel, ask })
      return Promise.resolve(fake.replies[channel] ?? { ok: true, value: undefined })
    },
    on: (channel: string, listener: (value: unknown) => void) => {
      const known = listeners.get(channel) ?? new Set()
      listeners.set(channel, known.add(listener))
      return () => known.delete(listener)
    },
  }
  Object.assign(window, { fake, tokentray: bridge })
}

/** Each test gets a window of the popover's size, and fails when the page logs an error or breaks its own policy. */
export const test = base.extend<{ tray: TestWindow }, { server: { url: string } }>({
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from the pattern which fixtures this one needs.
    async ({}, use) => {
      const server = await serveWindow()
      await use(server)
      await server.close()
    },
    { scope: 'worker' },
  ],
  viewport: { width: 360, height: 420 },
  tray: async ({ page, server }, use) => {
    const faults: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text())
    })
    page.on('pageerror', (error) => faults.push(error.message))
    const tray = new TestWindow(page, server.url)
    await use(tray)
    expect(faults, 'console of the page').toEqual([])
    expect(await tray.violations(), 'violations of the content security policy').toEqual([])
  },
})

export { expect }
