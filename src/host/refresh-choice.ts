/**
 * Whether tokens are refreshed before they run out, in every vault of the process. TOKENTRAY_REFRESH decides where it is set; the
 * person does otherwise.
 */
export class RefreshChoice {
  readonly #fixed: 'ahead' | 'ondemand' | undefined
  #ahead = true

  constructor(fixed: 'ahead' | 'ondemand' | undefined) {
    this.#fixed = fixed
  }

  get ahead(): boolean {
    return this.#fixed === undefined ? this.#ahead : this.#fixed === 'ahead'
  }

  /** Answers whether that has switched it on. */
  choose(ahead: boolean): boolean {
    const before = this.ahead
    this.#ahead = ahead
    return !before && this.ahead
  }
}
