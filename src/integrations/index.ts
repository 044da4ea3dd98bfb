export { detectTools } from './detect-tools.ts'
export { type FileReaders, fileReaders } from './file-readers.ts'
