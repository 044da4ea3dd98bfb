/**
 * Lets the arrow keys go from row to row, to the same place at its end, so that a long list is not walked button by button. Tab goes on
 * reaching everything; a field keeps its arrows.
 */
export function moveBetweenRows(event: KeyboardEvent): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  const from = event.target
  if (step === undefined || !(from instanceof HTMLButtonElement) || event.altKey || event.ctrlKey || event.metaKey) return
  const actions = [...document.querySelectorAll('main .row-action')].filter((part) => part.querySelector('button') !== null)
  const present = actions.findIndex((part) => part.contains(from))
  const next = actions[present + step]
  if (present < 0 || next === undefined) return
  event.preventDefault()
  const buttons = [...next.querySelectorAll('button')]
  // The dots stand first and the one thing to do stands last, in every row.
  const target = from.classList.contains('button-more') ? buttons[0] : buttons.at(-1)
  target?.focus()
}
