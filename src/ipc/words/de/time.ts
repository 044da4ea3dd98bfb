import type { time as pattern } from '../en/time.ts'

export const time: typeof pattern = {
  underAMinute: 'unter einer Minute',
  left: (countdown) => `noch ${countdown}`,
}
