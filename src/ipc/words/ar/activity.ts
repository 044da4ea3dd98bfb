import type { activity as pattern } from '../en/activity.ts'

export const activity: typeof pattern = {}
