import { bridge } from './bridge.ts'
import { everyPage, goTo, stepBack } from './page.ts'
import { view } from './store.ts'

/**
 * Escape folds what is unfolded, then goes back to the accounts, and then closes a popover; a window it leaves alone. Ctrl with a digit, or
 * Command on a Mac, shows the page of that number.
 */
export function setupKeys(): void {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented) return
    if (event.key === 'Escape') {
      if (!stepBack() && view.value?.surroundings.frame === 'popover') void bridge.invoke('window:close', undefined)
      return
    }
    const chosen = pageOfKey(event)
    if (chosen === undefined) return
    event.preventDefault()
    goTo(chosen)
  })
}

/** By the place of the key, as a French or Arabic keyboard has other characters there. */
function pageOfKey({ code, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent) {
  if (ctrlKey === metaKey || altKey || shiftKey) return undefined
  const digit = /^(?:Digit|Numpad)([1-4])$/.exec(code)?.[1]
  return digit === undefined ? undefined : everyPage[Number(digit) - 1]
}
