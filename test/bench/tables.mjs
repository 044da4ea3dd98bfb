// How figures are written down.

/** Columns are padded, because most people read the table in a terminal. */
export function table(header, rows) {
  const width = header.map((name, column) => Math.max(3, name.length, ...rows.map((row) => row[column].length)))
  const pad = (text, column) => (column === 0 ? text.padEnd(width[column]) : text.padStart(width[column]))
  const line = (values) => `| ${values.map(pad).join(' | ')} |`
  const rule = width.map((size, column) => (column === 0 ? '-'.repeat(size) : `${'-'.repeat(size - 1)}:`))
  return [line(header), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n')
}

/**
 * A goal of the project: a figure that must not be above its limit, or with `least` not below it.
 *
 * @typedef {{ name: string, limit: number, measured: number, unit: string, least?: boolean }} Goal
 */

/** @param {Goal} goal */
export function goalRow(goal) {
  const { name, limit, measured, unit, least = false } = goal
  return [name, `${least ? '≥' : '≤'} ${limit} ${unit}`, `${significant(measured)} ${unit}`, isMet(goal) ? 'met' : missed(goal)]
}

function missed({ limit, measured, least = false }) {
  if (limit === 0) return 'missed'
  const by = least ? 1 - measured / limit : measured / limit - 1
  return by < 1 ? `missed by ${Math.ceil(by * 100)} %` : `missed, ${significant(by + 1)} × the limit`
}

/** @param {Goal} goal */
export const isMet = ({ limit, measured, least = false }) => (least ? measured >= limit : measured <= limit)

export const percent = (share) => `${Math.round(share * 100)} %`
export const micro = (value) => fixed(value, 1)
export const milli = (microseconds) => fixed(microseconds / 1_000, 2)
export const megabytes = (value) => fixed(value, 1)
export const whole = (value) => (Number.isNaN(value) ? '' : Math.round(value).toLocaleString('en'))
export const times = ({ median, low, high }) =>
  Number.isNaN(median) ? '' : `${significant(median)} (${significant(low)}–${significant(high)})`

/** Nothing where nothing was measured. */
export const fixed = (value, digits) => (Number.isNaN(value) ? '' : value.toFixed(digits))

/** Two decimals, fewer for what is large, and more for what would read as nothing. */
export function significant(value) {
  if (Number.isInteger(value)) return String(value)
  if (Math.abs(value) < 0.1) return value.toPrecision(2)
  return value.toFixed(Math.abs(value) < 20 ? 2 : Math.abs(value) < 200 ? 1 : 0)
}
