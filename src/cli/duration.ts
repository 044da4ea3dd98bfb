import { BrokerError } from '../protocol/errors.ts'

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** Reads a length of time such as `90`, `90s`, `30m`, `8h` or `1d` into seconds; throws `invalid_request`. */
export function parseDuration(text: string): number {
  const [, digits, unit = 's'] = /^(\d{1,8})([smhd])?$/.exec(text.trim()) ?? []
  const seconds = Number(digits) * (units[unit] ?? Number.NaN)
  if (Number.isFinite(seconds)) return seconds
  throw new BrokerError('invalid_request', `"${text.slice(0, 40)}" is not a length of time.`, {
    fix: 'Write seconds, or a number with s, m, h or d, such as 30m.',
  })
}
