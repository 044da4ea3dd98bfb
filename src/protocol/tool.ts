/** A tool that can take its tokens from TokenTray, as it was found on this computer. */
export interface ToolStatus {
  readonly id: string
  readonly name: string
  /** `connected`: its settings name TokenTray. `found`: it is installed or was used here, and they do not. */
  readonly state: 'connected' | 'found' | 'not_installed'
  /** What the person puts where to connect it: the file, and the lines. */
  readonly where: string
  readonly lines: string
}
