/**
 * A tool that can take its tokens here, as it was found on this computer. `found`: it is installed, and its files do not name TokenTray.
 */
export interface ToolStatus {
  readonly id: string
  readonly name: string
  readonly state: 'connected' | 'found' | 'not_installed'
  /** What the person puts where to connect it: the file or place, and the lines. */
  readonly where: string
  readonly lines: string
}
