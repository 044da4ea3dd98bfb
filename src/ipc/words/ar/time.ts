import type { time as pattern } from '../en/time.ts'

export const time: typeof pattern = {
  underAMinute: 'أقل من دقيقة',
  left: (countdown) => `بقي ${countdown}`,
}
