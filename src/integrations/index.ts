export {
  type ConnectingContext,
  type ConnectionBroker,
  type ConnectionWish,
  connect,
  disconnect,
  type PlannedConnection,
  planConnection,
  toolNamed,
  usableLogins,
} from './connections/connecting.ts'
export type { DisconnectedFile } from './connections/disconnect.ts'
export { type Connection, readJournal } from './connections/journal.ts'
export { type ChangedFile, previewDisconnection } from './connections/preview.ts'
export { LinkedFile } from './connections/settings-file.ts'
export { shownChange } from './connections/shown-change.ts'
export { difference } from './connections/text-difference.ts'
export { detectTools, shortened } from './detect-tools.ts'
export { type FileReaders, fileReaders } from './file-readers.ts'
export { installedCommand } from './installed-command.ts'
export { certificatePlaces, proxyFrom } from './network-variables.ts'
export { inShell } from './shell.ts'
export { askBrokerLogins } from './stores/broker-logins.ts'
export { type Consents, readConsents, rememberConsent } from './stores/consent.ts'
export { type BrokerLogins, type FoundStore, findStores, type SharedLogin, sharedLogins } from './stores/find-stores.ts'
export {
  holderNames,
  ignoring,
  type RadarMemory,
  readRadarMemory,
  writeRadarMemory,
} from './stores/ignored-findings.ts'
export { importRequestOf } from './stores/import-request.ts'
export { isMovable, type MovableLogin, moveLogin } from './stores/move-login.ts'
export { processesNamed } from './stores/running-programs.ts'
export type { StoreDefinition, StoredLogin } from './stores/stored-login.ts'
export { stores } from './stores/stores.ts'
export { type Surroundings, surroundingsOf, type ToolDefinition } from './tool.ts'
export { tools } from './tools.ts'
