/** The place for one piece of work at a time (S1). Whoever comes meanwhile waits for the one that is under way. */
export class Flight {
  readonly #onEnd: () => void
  #current: Promise<void> | undefined

  constructor(onEnd = () => {}) {
    this.#onEnd = onEnd
  }

  get isUnderWay(): boolean {
    return this.#current !== undefined
  }

  /** Begins the work, which never rejects, unless some is under way; settles with what is. */
  join(work: () => Promise<void>): Promise<void> {
    if (this.#current !== undefined) return this.#current
    const flight: Promise<void> = work().finally(() => {
      if (this.#current !== flight) return
      this.#current = undefined
      this.#onEnd()
    })
    this.#current = flight
    return flight
  }

  /** Settles when nothing is under way. */
  settled = async (): Promise<void> => this.#current

  /** S2: what is under way has lost its place, and whoever waits for it still hears of its end. */
  abandon(): void {
    this.#current = undefined
  }
}
