import type { navigation as pattern } from '../en/navigation.ts'

export const navigation: typeof pattern = {}
