export { detectTools } from './detect-tools.ts'
export { type FileReaders, fileReaders } from './file-readers.ts'
export * from './token-files/index.ts'
export type { Surroundings } from './tool.ts'
