import type { vault as pattern } from '../en/vault.ts'

export const vault: typeof pattern = {}
