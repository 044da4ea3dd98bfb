import type { tools as pattern } from '../en/tools.ts'

export const tools: typeof pattern = {}
