import { median, ratio } from './statistics.mjs'

/** What was measured of each row in each round: medians over the rounds, and medians of the ratios within a round. */
export class Figures {
  /** @type {Map<string, Record<string, number>[]>} */
  #cells = new Map()

  /** @param {string} row @param {string} mode @param {Record<string, number>} cell of one round */
  add(row, mode, cell) {
    const key = `${row} ${mode}`
    this.#cells.set(key, [...(this.#cells.get(key) ?? []), cell])
  }

  has(row, mode) {
    return this.#cells.has(`${row} ${mode}`)
  }

  /** The figure of every round. @returns {number[]} */
  values(row, mode, figure) {
    return (this.#cells.get(`${row} ${mode}`) ?? []).map((cell) => cell[figure])
  }

  /** NaN where nothing was measured. */
  median(row, mode, figure) {
    return median(this.values(row, mode, figure))
  }

  /** The ratio of two rows; the modes may differ, as the peers do not have them all. */
  ratio(row, reference, mode, figure, referenceMode = mode) {
    return ratio(this.values(row, mode, figure), this.values(reference, referenceMode, figure))
  }

  /** Every row and mode with requests that failed, and how many. @returns {string[]} */
  failures() {
    return [...this.#cells].flatMap(([key, cells]) => {
      const failures = cells.reduce((sum, cell) => sum + (cell.failures ?? 0), 0)
      return failures === 0 ? [] : [`${key}: ${failures}`]
    })
  }
}
