import { bridge } from './bridge.ts'

/** Tells main how tall the content would be without scrolling, now and whenever that changes. */
export function followHeight(root: HTMLElement): void {
  let told = 0
  const tell = () => {
    const height = contentHeight(root)
    if (height === told || height === 0) return
    told = height
    void bridge.invoke('window:fit', { height })
  }
  const observer = new ResizeObserver(tell)
  for (const part of root.querySelectorAll('[data-part]')) observer.observe(part)
  tell()
}

/** The sum of the parts; the one between head and foot scrolls, and is measured inside its scroller. */
function contentHeight(root: HTMLElement): number {
  const parts = [...root.querySelectorAll<HTMLElement>('[data-part]')]
  return Math.ceil(parts.reduce((sum, part) => sum + part.getBoundingClientRect().height, 0))
}
