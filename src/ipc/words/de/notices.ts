import type { notices as pattern } from '../en/notices.ts'

export const notices: typeof pattern = {}
