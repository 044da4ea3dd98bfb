import type { welcome as pattern } from '../en/welcome.ts'

export const welcome: typeof pattern = {}
