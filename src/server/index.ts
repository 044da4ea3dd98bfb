export * from './single-owner.ts'
export * from './token-server.ts'
