import type { accounts as pattern } from '../en/accounts.ts'

export const accounts: typeof pattern = {}
