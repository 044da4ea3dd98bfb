export type { Asks } from './asks.ts'
export * from './channels.ts'
export * from './overall.ts'
