export * from './handle.ts'
export { type HostOptions, startHost } from './host.ts'
export { startHostInWorker } from './worker-handle.ts'
