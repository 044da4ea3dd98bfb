/** A tool that can take its tokens from TokenTray, as it was found on this computer. */
export interface ToolStatus {
  readonly id: string
  readonly name: string
  /**
   * `connected`: TokenTray has changed its settings, and knows the way back. `connected_by_hand`: somebody else has, and its settings name
   * TokenTray. `found`: it is installed or was used here, and its settings do not.
   */
  readonly state: 'connected' | 'connected_by_hand' | 'found' | 'not_installed'
  /** The login that it was connected to; several are separated by a space. */
  readonly selector?: string
  /** The files that were changed for it. */
  readonly files: readonly string[]
  /** Those of them that somebody has changed since. */
  readonly changed: readonly string[]
}

/** One line of the settings of a tool, as TokenTray would write it. It is never a line of the file itself. */
export interface ShownLine {
  readonly kind: 'comes' | 'goes'
  readonly text: string
}

/** What becomes of a file, as it may be told outside of the process that changes it. */
export interface ShownFile {
  /** As a person writes it. */
  readonly path: string
  readonly what: 'made' | 'changed' | 'removed'
  readonly lines: readonly ShownLine[]
  /** Whether a value of the person is left out of the lines, because it might be a secret. */
  readonly hidden: boolean
}
