export const time = { underAMinute: 'under a minute' }
