import type { menu as pattern } from '../en/menu.ts'

export const menu: typeof pattern = {}
