import type { Intent } from '../ipc/channels.ts'
import { maskedIdentity, withoutPersonalData } from '../ipc/personal-data.ts'
import {
  type AppSettings,
  defaultSettings,
  type EnvironmentFacts,
  type SettingsChange,
  type SettingsView,
} from '../ipc/settings.ts'
import { type Language, languageOf, preferredLanguage } from '../ipc/words/index.ts'
import { BrokerError, type BrokerSnapshot } from '../protocol/index.ts'
import { AskFirst } from './ask-first.ts'
import { HostChoices } from './host-choices.ts'
import type { HostLink } from './host-link.ts'
import type { KeptChange } from './kept-settings.ts'
import type { Switches } from './menu-model.ts'
import type { Settings } from './settings.ts'
import { notSaved } from './settings-problem.ts'
import type { StartAtLogin } from './start-at-login.ts'

/** What the settings act on, besides the host. */
export interface SettingsReach {
  readonly settings: Settings
  readonly host: HostLink
  /** Begins or ends to lock the vault with the screen; rejects when the screen cannot be followed here. */
  readonly followScreen: (on: boolean) => Promise<void>
  /** Undefined where the app cannot be started with the login. */
  readonly startAtLogin: StartAtLogin | undefined
  readonly environment: EnvironmentFacts
  /** The languages of the desktop, best first. */
  readonly systemLanguages: readonly string[]
}

/** The settings as the person has them, from the menu and from the window alike, and everything that they change. */
export class SettingsDesk {
  readonly #reach: SettingsReach
  readonly #askFirst: AskFirst
  readonly #choices: HostChoices
  readonly #listeners = new Set<() => void>()

  constructor(reach: SettingsReach) {
    this.#reach = reach
    this.#askFirst = new AskFirst(reach.host, () => this.#tell())
    this.#choices = new HostChoices(reach.host, () => this.current())
  }

  /** Follows the screen where that is kept; rejects when it cannot be followed. */
  async start(): Promise<void> {
    if (this.current().lockWithScreen) await this.#reach.followScreen(true)
  }

  /** Calls the listener after every try to change a setting, also one that failed, because a menu has moved its tick already. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener)
  }

  current(): AppSettings {
    return this.#reach.settings.current()
  }

  /** The check boxes of the tray menu. */
  switches(): Switches {
    const askFirst = this.#askFirst.current()
    return { lockWithScreen: this.current().lockWithScreen, ...(askFirst === undefined ? {} : { askFirst }) }
  }

  language(): Language {
    const { language: tag } = this.current()
    const { systemLanguages } = this.#reach
    if (tag === 'system') return preferredLanguage(systemLanguages)
    return languageOf(
      tag,
      systemLanguages.find((locale) => languageOf(tag, locale).locale === locale),
    )
  }

  /** The snapshot as it may be shown. */
  shown(snapshot: BrokerSnapshot | undefined): BrokerSnapshot | undefined {
    return snapshot !== undefined && this.current().hidePersonalData ? withoutPersonalData(snapshot) : snapshot
  }

  /** What the window is to go on with, as it may be shown. */
  shownIntent(intent: Intent | undefined): Intent | undefined {
    if (intent?.kind !== 'signed_in' || intent.identity === undefined || !this.current().hidePersonalData) return intent
    return { ...intent, identity: maskedIdentity(intent.identity) }
  }

  async view(): Promise<SettingsView> {
    const { settings, startAtLogin, environment } = this.#reach
    const { windowBounds: _bounds, knowsThatItStays: _stays, welcomeDone: _done, ...own } = settings.current()
    const atLogin = await startAtLogin?.read()
    const askFirst = this.#askFirst.current()
    return {
      settings: own,
      environment,
      ...(atLogin === undefined ? {} : { startAtLogin: atLogin }),
      ...(askFirst === undefined ? {} : { askFirst }),
    }
  }

  /** What can be refused comes first, so that a change which is refused has not been kept. Rejects with a BrokerError. */
  async change({ startAtLogin, askFirst, ...own }: SettingsChange): Promise<SettingsView> {
    try {
      if (own.lockWithScreen !== undefined) await this.#reach.followScreen(own.lockWithScreen)
      if (startAtLogin !== undefined) await this.#setStartAtLogin(startAtLogin)
      if (askFirst !== undefined) await this.#askFirst.set(askFirst)
      if (Object.keys(own).length > 0) await this.#keep(own)
    } finally {
      this.#tell()
    }
    return this.view()
  }

  /** Of the app's own settings. What the system and the broker hold stays: nobody expects a permission to change with them. */
  reset(): Promise<SettingsView> {
    return this.change(defaultSettings)
  }

  welcomeDone(): boolean {
    return this.#reach.settings.current().welcomeDone
  }

  async endWelcome(): Promise<void> {
    try {
      await this.#saved(this.#reach.settings.change({ welcomeDone: true }))
    } finally {
      this.#tell()
    }
  }

  async #keep(own: KeptChange): Promise<void> {
    const saved = this.#reach.settings.change(own)
    this.#choices.tell()
    await this.#saved(saved)
  }

  async #saved(saving: Promise<void>): Promise<void> {
    await saving.catch((error: unknown) => {
      throw notSaved(this.#reach.settings.file, this.language().words, error)
    })
  }

  async #setStartAtLogin(on: boolean): Promise<void> {
    const { words } = this.language()
    const { startAtLogin } = this.#reach
    if (startAtLogin !== undefined) return startAtLogin.set(on, words)
    throw new BrokerError('invalid_request', words.settingsFile.noStartAtLogin, { fix: words.settingsFile.noStartAtLoginFix })
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}
