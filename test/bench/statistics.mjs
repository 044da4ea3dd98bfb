// The few figures that every table is made of.

/** @param {readonly number[]} values @param {number} share in [0, 1] */
export function quantile(values, share) {
  if (values.length === 0) return Number.NaN
  const sorted = values.toSorted((a, b) => a - b)
  const place = (sorted.length - 1) * share
  const below = sorted[Math.floor(place)]
  const above = sorted[Math.ceil(place)]
  return below + (above - below) * (place - Math.floor(place))
}

/** @param {readonly number[]} values */
export const median = (values) => quantile(values, 0.5)

/**
 * How two rows compare: the ratio of each round, and of those the median and the middle half. A disturbance of the machine lasts
 * longer than the rows of one round are apart, so that it falls out of the ratio where it would stay in the two medians.
 *
 * @param {readonly number[]} values
 * @param {readonly number[]} references of the same rounds
 */
export function ratio(values, references) {
  const ratios = values.map((value, round) => value / references[round])
  return { median: median(ratios), low: quantile(ratios, 0.25), high: quantile(ratios, 0.75) }
}

/** @template T @param {readonly T[]} values @returns {T[]} */
export function shuffled(values) {
  const result = [...values]
  for (let last = result.length - 1; last > 0; last -= 1) {
    const other = Math.floor(Math.random() * (last + 1))
    ;[result[last], result[other]] = [result[other], result[last]]
  }
  return result
}
