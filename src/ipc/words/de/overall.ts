import type { overall as pattern } from '../en/overall.ts'

export const overall: typeof pattern = {}
