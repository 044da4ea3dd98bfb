import type { EndOfGrant } from './end-of-grant.ts'
import type { Grant } from './grant.ts'
import type { RefreshJournal } from './ports.ts'

/** What the journal knows of a grant that was just read from the vault. `since` is in milliseconds. */
export type Recalled =
  | { readonly kind: 'nothing' }
  /** A refresh with its refresh token left, and the answer was never stored. */
  | { readonly kind: 'unanswered'; readonly since: number }
  /** The server has ended it already. */
  | ({ readonly kind: 'ended' } & EndOfGrant)

/** The journal as one account sees it. A note counts only for the refresh token that it was written for. */
export class RefreshRecord {
  readonly #journal: RefreshJournal
  readonly #account: string

  constructor(journal: RefreshJournal, account: string) {
    this.#journal = journal
    this.#account = account
  }

  /** When a request with this refresh token left that was never answered. Milliseconds. */
  unansweredSince(fingerprint: string | undefined): number | undefined {
    const note = this.#journal.read(this.#account)
    return note?.kind === 'sent' && note.fingerprint === fingerprint ? note.at : undefined
  }

  /** Resolves when it would survive a power cut that a request is about to leave. Throws `vault_unavailable`. */
  async sending(fingerprint: string, at: number): Promise<void> {
    // The first of several requests without an answer is the one to name.
    if (this.unansweredSince(fingerprint) !== undefined) return
    try {
      await this.#journal.write(this.#account, { kind: 'sent', fingerprint, at })
    } catch (error) {
      // Nothing leaves, and the next request must not take a note that no disk has for one of its own.
      if (this.unansweredSince(fingerprint) !== undefined) this.settle()
      throw error
    }
  }

  /** A dead refresh token is not sent again after a restart. Without this note it would be, which is a pity and no loss. */
  async ended(fingerprint: string, at: number, { error, cause }: EndOfGrant): Promise<void> {
    await this.#journal.write(this.#account, { kind: 'ended', fingerprint, at, error, cause }).catch(() => {})
  }

  settle(): void {
    this.#journal.settle(this.#account)
  }

  recall(grant: Grant, now: number): Recalled {
    const note = this.#journal.read(this.#account)
    if (note === undefined) return { kind: 'nothing' }
    const own = note.fingerprint === grant.refreshToken?.fingerprint()
    if (own && note.kind === 'ended') return { kind: 'ended', error: note.error, cause: note.cause }
    // A server that does not rotate leaves the refresh token as it is, and then the time of the answer tells; unless the clock was
    // set back after it.
    const later = note.at > grant.obtainedAt || grant.obtainedAt > now
    if (own && note.kind === 'sent' && later) return { kind: 'unanswered', since: note.at }
    this.settle()
    return { kind: 'nothing' }
  }
}
