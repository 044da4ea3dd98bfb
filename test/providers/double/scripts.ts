// Answers that a test has written beforehand, in place of the proper ones.
import type { Answer, DoubleRequest } from './answer.ts'

/** The connection breaks without an answer. */
export const lost = 'lost'

/**
 * What a path answers. A function may take its time, look at the request, and call `proper` for what the server would have said and
 * done; a request that it does not let through is checked by nobody.
 */
export type Script =
  | Answer
  | typeof lost
  | ((request: DoubleRequest, proper: () => Answer) => Answer | typeof lost | Promise<Answer | typeof lost>)

export class Scripts {
  readonly #next = new Map<string, Script[]>()
  readonly #always = new Map<string, Script>()

  next(path: string, script: Script, times: number): void {
    const before = this.#next.get(path) ?? []
    this.#next.set(path, [...before, ...Array.from({ length: times }, () => script)])
  }

  always(path: string, script: Script | undefined): void {
    if (script === undefined) this.#always.delete(path)
    else this.#always.set(path, script)
  }

  /** What was written for one time comes before what was written for all. */
  async play(request: DoubleRequest, proper: () => Answer): Promise<Answer | typeof lost> {
    const script = this.#next.get(request.path)?.shift() ?? this.#always.get(request.path)
    if (script === undefined) return proper()
    return typeof script === 'function' ? script(request, proper) : script
  }
}
