import { kept } from './kept.ts'

export const toolsPlace = 'tools'

export const tools = kept(toolsPlace, 'tools:get')
