import type { approvals as pattern } from '../en/approvals.ts'

export const approvals: typeof pattern = {}
