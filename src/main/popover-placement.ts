export interface Area {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface Placement {
  /** Where the person clicked, or the middle of the tray icon. */
  readonly anchor: { readonly x: number; readonly y: number }
  /** The part of that screen which no panel covers. */
  readonly workArea: Area
  readonly size: { readonly width: number; readonly height: number }
}

/** Space between the popover and the edge of the work area, in CSS pixels. */
const gap = 8

/**
 * Places the popover beside the panel that was clicked: below a panel at the top, above one at the bottom, and never beyond the
 * work area. Whole pixels, because Electron refuses others.
 */
export function placePopover({ anchor, workArea, size }: Placement): Area {
  const width = Math.round(Math.min(size.width, workArea.width - 2 * gap))
  const height = Math.round(Math.min(size.height, workArea.height - 2 * gap))
  const right = workArea.x + workArea.width - width - gap
  const bottom = workArea.y + workArea.height - height - gap
  const lowerHalf = anchor.y > workArea.y + workArea.height / 2
  return {
    x: Math.round(clamp(anchor.x - width / 2, workArea.x + gap, right)),
    y: Math.round(clamp(lowerHalf ? anchor.y - height - gap : anchor.y + gap, workArea.y + gap, bottom)),
    width,
    height,
  }
}

const clamp = (value: number, low: number, high: number) => Math.max(low, Math.min(value, high))
