/** See electron-runtime.mjs, which is plain JavaScript because the test runner loads it before anything is compiled. */
export interface ElectronRuntime {
  /** Folder for ELECTRON_OVERRIDE_DIST_PATH and electron-builder's electronDist. */
  readonly dist: string
  readonly executable: string
  readonly version: string
  readonly source: 'override' | 'official' | 'stand-in'
}
export function electronRuntime(options?: { readonly log?: (line: string) => void }): Promise<ElectronRuntime>
export function testCache(): string
export function sandboxSwitches(): string[]
