import type { login as pattern } from '../en/login.ts'

export const login: typeof pattern = {}
