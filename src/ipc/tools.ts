// The room of the tools and the window may not know each other, so that the type is the protocol's.
export type { ToolStatus } from '../protocol/index.ts'
