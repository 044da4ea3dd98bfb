export * from './broker-client.ts'
export * from './events.ts'
export * from './one-shot.ts'
export * from './share-hold.ts'
