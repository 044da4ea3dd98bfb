import { type Clock, toEpochSeconds } from '../../core/clock.ts'
import { withoutPersonalData } from '../../ipc/personal-data.ts'
import type { AppSettings } from '../../ipc/settings.ts'
import type { Language } from '../../ipc/words/index.ts'
import type { AccountUsage, BrokerSnapshot } from '../../protocol/index.ts'
import { decideNotices } from './decision.ts'
import type { DesktopNotices } from './desktop-notices.ts'
import type { Notice } from './notice.ts'
import { noticeWords } from './notice-words.ts'
import type { ToldFile } from './told-file.ts'

/** The longest sleep, as no timer counts the time that the computer was asleep. Milliseconds. */
const longestSleep = 3_600_000

export interface NoticeSources {
  readonly host: { snapshot(): BrokerSnapshot | undefined; onChange(listener: () => void): void }
  readonly usage: { current(): readonly AccountUsage[]; onChange(listener: () => void): unknown }
  readonly settings: () => AppSettings
  readonly language: () => Language
  readonly clock: Clock
}

/** Tells the person what needs them, each thing once, for as long as the app runs. */
export class NoticeBoard {
  readonly #sources: NoticeSources
  readonly #desktop: Pick<DesktopNotices, 'show' | 'takeBack'>
  readonly #file: Pick<ToldFile, 'read' | 'write'>
  #told: Awaited<ReturnType<ToldFile['read']>> | undefined
  #stopTimer = () => {}

  constructor(
    sources: NoticeSources,
    desktop: Pick<DesktopNotices, 'show' | 'takeBack'>,
    file: Pick<ToldFile, 'read' | 'write'>,
  ) {
    this.#sources = sources
    this.#desktop = desktop
    this.#file = file
    sources.host.onChange(() => this.look())
    sources.usage.onChange(() => this.look())
  }

  /** Nothing is told before it is known what was told. */
  async start(): Promise<void> {
    this.#told = await this.#file.read()
    this.look()
  }

  /** Looks at everything anew. Call it when the settings or the language have changed; the rest is noticed by itself. */
  look(): void {
    const told = this.#told
    if (told === undefined) return
    const { host, usage, settings, clock } = this.#sources
    const now = toEpochSeconds(clock.now())
    const snapshot = host.snapshot()
    const decision = decideNotices({ snapshot, usage: usage.current(), settings: settings(), now, told })
    this.#told = decision.told
    if (JSON.stringify(decision.told) !== JSON.stringify(told)) void this.#file.write(decision.told)
    for (const key of decision.takeBack) this.#desktop.takeBack(key)
    if (snapshot !== undefined) this.#show(decision.show, snapshot, now)
    this.#stopTimer()
    this.#stopTimer =
      decision.next === undefined
        ? () => {}
        : clock.after(Math.min((decision.next - now) * 1000, longestSleep), () => this.look())
  }

  #show(notices: readonly Notice[], snapshot: BrokerSnapshot, now: number): void {
    const { settings, language } = this.#sources
    const masked = settings().hidePersonalData ? withoutPersonalData(snapshot) : snapshot
    for (const notice of notices) {
      const row = 'account' in notice ? masked.accounts.find(({ id }) => id === notice.account.id) : undefined
      const seen = row === undefined ? notice : ({ ...notice, account: row } as Notice)
      this.#desktop.show(noticeWords(seen, { snapshot: masked, language: language(), now }))
    }
  }
}
