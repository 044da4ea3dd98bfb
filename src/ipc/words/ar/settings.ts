import type { settings as pattern } from '../en/settings.ts'

export const settings: typeof pattern = {}
