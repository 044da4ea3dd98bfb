import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

/** Brings what has just grown into sight, as a row at the end of a page unfolds below its edge. `content` is what it grows with. */
export function useInSight<Element extends HTMLElement>(content: unknown): RefObject<Element | null> {
  const box = useRef<Element>(null)
  useEffect(() => box.current?.scrollIntoView({ block: 'nearest' }), [content])
  return box
}
