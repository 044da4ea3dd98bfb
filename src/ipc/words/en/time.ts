export const time = {
  underAMinute: 'under a minute',
  /** `4:07 left`, for a screen reader. */
  left: (countdown: string) => `${countdown} left`,
}
