import { bridge } from './bridge.ts'
import { question, view } from './store.ts'

/** Escape folds what is unfolded; with nothing unfolded it closes a popover, and leaves a window alone. */
export function setupKeys(): void {
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return
    if (question.value !== undefined) question.value = undefined
    else if (view.value?.surroundings.frame === 'popover') void bridge.invoke('window:close', undefined)
  })
}
